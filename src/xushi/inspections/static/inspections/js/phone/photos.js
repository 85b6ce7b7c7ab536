/* Photos and short videos: each into the store as it is taken; the tile shows a small stamped copy and how far it is. */
(function () {
  "use strict";
  const phone = (self.xushiPhone = self.xushiPhone || {});
  const MB = 1024 * 1024;
  const EDGE = 216;
  const SMALL = 512; // px; what a picture is unpacked to has no more of them than a square of this
  const WORDS = { waiting: "待传", sending: "上传中", sent: "已传", failed: "没传上去" };

  function tooBig(file, video) {
    const most = video ? 100 : 15;
    if (!file.size) return "“" + file.name + "”是空的，请重拍。";
    if (file.size <= most * MB) return "";
    return "“" + file.name + "”有" + (file.size / MB).toFixed(1) + "MB，最多" + most + "MB，请压缩或拍短些。";
  }

  /* Unpacks a JPEG at an eighth or so of its size, the right way up: a whole photo unpacked is 50 MB. Its bytes are
     handed over, not copied. null where the browser cannot, or may not for want of a secure context. */
  async function smallOf(blob) {
    if (!self.ImageDecoder || blob.type !== "image/jpeg") return null;
    const data = await blob.arrayBuffer();
    const decoder = new ImageDecoder({ data, type: blob.type, desiredWidth: SMALL, desiredHeight: SMALL, transfer: [data] });
    try {
      const { image } = await decoder.decode();
      const small = await createImageBitmap(image); // a frame drawn as it is stays in a cache of the browser's
      image.close();
      return small;
    } catch (odd) {
      return null;
    } finally {
      decoder.close();
    }
  }

  async function pictureOf(blob) {
    const small = await smallOf(blob);
    if (small) return small;
    if (self.createImageBitmap) {
      try { return await createImageBitmap(blob, { resizeWidth: 2 * EDGE, resizeQuality: "medium" }); } catch (old) { /* below */ }
    }
    const url = URL.createObjectURL(blob);
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
      return image;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  /* One canvas for all: each has a store of its own for the letters it drew, 25 KB that lie about long after it. */
  let pen = null;

  /* A square of EDGE px with time, place and project written at its foot; the original is left as it is. */
  async function thumbOf(blob, lines) {
    const image = await pictureOf(blob);
    pen = pen || document.createElement("canvas").getContext("2d");
    pen.canvas.width = pen.canvas.height = EDGE; // which also wipes it
    const wide = image.naturalWidth || image.width, high = image.naturalHeight || image.height;
    const side = Math.min(wide, high);
    pen.drawImage(image, (wide - side) / 2, (high - side) / 2, side, side, 0, 0, EDGE, EDGE);
    if (image.close) image.close();
    else image.src = "";
    pen.font = "14px sans-serif";
    pen.fillStyle = "rgba(20, 28, 25, .6)";
    pen.fillRect(0, 0, EDGE, 18 * lines.length + 6);
    pen.fillStyle = "#ffffff";
    lines.forEach((line, n) => pen.fillText(line, 5, 17 + 18 * n, EDGE - 10));
    return new Promise((ok) => pen.canvas.toBlob(ok, "image/jpeg", 0.8)); // of what is drawn now
  }

  function stamp(form, photo) {
    const at = new Date(photo.taken_at);
    const two = (n) => String(n).padStart(2, "0");
    const lines = [at.getFullYear() + "年" + (at.getMonth() + 1) + "月" + at.getDate() + "日 " + at.getHours() + ":" + two(at.getMinutes())];
    lines.push(form.dataset.project);
    if (photo.place) lines.push(photo.place.lng.toFixed(4) + ", " + photo.place.lat.toFixed(4));
    return lines;
  }

  /* Puts the chosen files into the store one after the other; returns what could not be taken, in sentences. */
  phone.take = async function (store, form, files, finding, place) {
    const wrong = [];
    for (const file of files) {
      const video = file.type.indexOf("video/") === 0;
      const sentence = tooBig(file, video);
      if (sentence) { wrong.push(sentence); continue; }
      const photo = {
        key: phone.uuid(), visit: form.dataset.key, finding: finding || "", video, name: file.name, size: file.size,
        taken_at: new Date(phone.time()).toISOString(), place: place || null, state: "waiting", problem: "", order: Date.now(),
        device: phone.device(),
      };
      try {
        await store.addPhoto(photo, file);
      } catch (full) {
        wrong.push("手机存不下“" + file.name + "”，请腾出空间再拍。");
        continue;
      }
      if (!video) {
        try { await store.keepThumb(photo.key, await thumbOf(file, stamp(form, photo))); } catch (odd) { /* shown without */ }
      }
    }
    return wrong;
  };

  async function fill(tile, store, photo) {
    const slot = tile.querySelector(".phone-thumb");
    const thumb = photo.video ? null : await store.thumb(photo.key);
    if (!thumb) return slot.append(self.xushi.icon(photo.video ? "i-video" : "i-image"));
    const image = new Image();
    image.alt = photo.name;
    image.onload = () => URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(thumb);
    slot.append(image);
  }

  const got = new Map(); // by photo, how many of its bytes have gone since this page was opened
  const EVERY = 500; // ms between two sayings of how far one is; each is a picture of the whole page to the browser

  /* Nothing is written that stands there already: each writing lays the tile out anew, and there are 200 of them. */
  function say(tile, photo) {
    const offset = photo.state === "sending" ? got.get(photo.key) : 0;
    const part = offset ? " " + Math.floor((offset / photo.size) * 100) + "%" : "";
    const write = (node, name, value) => { if (node[name] !== value) node[name] = value; };
    write(tile, "className", "phone-tile is-" + photo.state);
    write(tile, "title", photo.problem || photo.name);
    write(tile.querySelector("[data-tile-word]"), "textContent", WORDS[photo.state] + part);
    write(tile.querySelector("[data-tile-again]"), "hidden", photo.state !== "failed");
    write(tile.querySelector("[data-tile-drop]"), "hidden", photo.state === "sent" || photo.state === "sending");
  }

  /* The tiles of one place say what the store says; only what is new is drawn. */
  phone.showTiles = function (box, template, store, photos) {
    const shown = new Map(Array.from(box.querySelectorAll("[data-tile]"), (tile) => [tile.dataset.tile, tile]));
    photos.forEach((photo) => {
      let tile = shown.get(photo.key);
      if (!tile) {
        tile = template.content.querySelector("[data-tile]").cloneNode(true);
        tile.dataset.tile = photo.key;
        box.insertBefore(tile, box.querySelector(".phone-shoot"));
        fill(tile, store, photo);
      }
      say(tile, photo);
      shown.delete(photo.key);
    });
    shown.forEach((tile) => tile.remove());
  };

  let said = 0;

  /* One photo got further: its own tile says so, without reading all of them again. */
  phone.showTile = function (form, photo) {
    got.set(photo.key, photo.offset);
    const moment = Date.now();
    if (photo.state === "sending" && moment - said < EVERY) return;
    const tile = form.querySelector('[data-tile="' + photo.key + '"]');
    if (!tile) return;
    said = moment;
    say(tile, photo);
  };
})();
