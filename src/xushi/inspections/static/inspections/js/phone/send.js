/* Sends what waits: records first, then photos piece by piece. Everything may be said twice: the server keeps one. */
(function () {
  "use strict";
  const phone = (self.xushiPhone = self.xushiPhone || {});
  const PIECE = 512 * 1024;
  const TRIES = 6;
  const LEASE = 20000;

  /* A draft that was handed over and whose last wording has no answer yet. */
  phone.waits = (draft, outcome) => Boolean(draft.ready) && (!outcome || outcome.rev !== draft.rev);

  phone.queue = async function (store) {
    const outcomes = new Map((await store.outcomes()).map((one) => [one.key, one]));
    const drafts = await store.drafts();
    const records = drafts.filter((one) => phone.waits(one, outcomes.get(one.key)));
    const handed = new Set(drafts.filter((one) => one.ready || one.handed).map((one) => one.key));
    const photos = (await store.photos()).filter((one) => handed.has(one.visit));
    const going = photos.filter((one) => one.state === "waiting" || one.state === "sending");
    return { drafts, outcomes, records, photos: going, unsent: drafts.filter((one) => !one.ready).length };
  };

  /* One sender among all tabs: the Web Locks of the browser, else a lease that runs out by itself. */
  async function alone(who, work) {
    const name = "xushi-send-" + who;
    if (self.navigator.locks) return self.navigator.locks.request(name, { ifAvailable: true }, (lock) => lock && work());
    if (!self.localStorage) return work();
    const mine = phone.uuid();
    const held = () => JSON.parse(self.localStorage.getItem(name) || "null");
    const take = () => self.localStorage.setItem(name, JSON.stringify({ id: mine, until: Date.now() + LEASE }));
    const other = held();
    if (other && other.until > Date.now()) return null;
    take();
    await new Promise((ok) => setTimeout(ok, 50));
    if ((held() || {}).id !== mine) return null;
    const beat = setInterval(take, LEASE / 4);
    try {
      return await work();
    } finally {
      clearInterval(beat);
      self.localStorage.removeItem(name);
    }
  }

  async function sendRecord(store, wire, draft) {
    const outcome = { key: draft.key, rev: draft.rev, at: Date.now() };
    try {
      const sent_at = new Date(Date.now() + (draft.clock || 0)).toISOString();
      const said = await wire.post(draft.key + "/record/", Object.assign({}, draft.entry, { sent_at }), draft.device);
      Object.assign(outcome, { state: said.conflict ? "conflict" : "taken", version: said.version, entry: said.entry, others: said.others });
    } catch (failed) {
      if (failed.kind !== "refused") throw failed;
      Object.assign(outcome, { state: "refused", problem: failed.message });
    }
    await store.keepOutcome(outcome);
  }

  /* A port whose other end is shut: what is handed to it is gone at once. */
  const nobody = new MessageChannel();
  nobody.port2.close();

  /* Looks at the bytes, then sends their memory away to nobody, which frees it at once: browsers leave hundreds of MB
     lying about before they clear up what is held no more, and buffer.transfer(0) makes that worse (measured). */
  async function withBytes(blob, look) {
    const buffer = await blob.arrayBuffer();
    try {
      return look(new Uint8Array(buffer));
    } finally {
      nobody.port1.postMessage(null, [buffer]);
    }
  }

  /* Read once through, a piece at a time: what the server is told it has to have got in the end, and by where they
     begin the checksums of the pieces. */
  async function sumsOf(blob) {
    const digest = phone.sha256(), pieces = new Map();
    for (let at = 0; at < blob.size; at += PIECE) {
      pieces.set(at, await withBytes(blob.slice(at, at + PIECE), (bytes) => {
        digest.add(bytes);
        return phone.crc32(bytes);
      }));
    }
    return { sha256: digest.hex(), pieces };
  }

  async function sendPhoto(store, wire, photo, changed) {
    const moved = async (fields) => { await store.mark(photo.key, fields); changed(Object.assign(photo, fields)); };
    const blob = await store.blob(photo.key);
    if (!blob) return store.mark(photo.key, { state: "failed", problem: "手机里找不到这张照片的原件，请重拍。" });
    const sums = photo.sha256 ? { sha256: photo.sha256, pieces: new Map() } : await sumsOf(blob);
    const sha256 = sums.sha256;
    await moved({ state: "sending", sha256 });
    const said = {
      key: photo.key, visit: photo.visit, finding: photo.finding || null, size: blob.size, sha256, video: photo.video,
      meta: { taken_at: photo.taken_at, place: photo.place, name: photo.name, device: photo.device },
    };
    const path = "uploads/" + photo.key + "/";
    let at = await wire.post("uploads/", said);
    for (let wrong = 0; !at.done; ) {
      try {
        at = at.offset < at.size ? await sendPiece(wire, path, blob, at.offset, sums.pieces) : await wire.post(path + "finish/");
      } catch (failed) {
        if (failed.kind !== "again" || ++wrong > TRIES) throw failed;
        at = typeof failed.data.offset === "number"
          ? { offset: failed.data.offset, size: blob.size }
          : await wire.post("uploads/", said);
      }
      if (!at.done) changed(Object.assign(photo, { offset: at.offset })); // how far, the server keeps
    }
    await store.sent(photo.key);
    changed(Object.assign(photo, { state: "sent" }));
  }

  async function sendPiece(wire, path, blob, offset, sums) {
    const piece = blob.slice(offset, offset + PIECE); // sent from where it lies
    const sum = sums.has(offset) ? sums.get(offset) : await withBytes(piece, phone.crc32);
    return wire.piece(path, offset, piece, sum);
  }

  /* Sends until nothing waits; changed() after each step, with the photo that moved. Throws a Failed that says why it
     stopped; true when all is sent, null when another tab is at it. */
  phone.pump = function (who, store, wire, changed) {
    return alone(who, async () => {
      let left = await phone.queue(store);
      if (!left.records.length && !left.photos.length) return true;
      await wire.hello();
      for (const draft of left.records) {
        await sendRecord(store, wire, draft);
        changed();
      }
      for (const photo of left.photos) {
        try {
          await sendPhoto(store, wire, photo, changed);
        } catch (failed) {
          if (failed.kind !== "refused") {
            await store.mark(photo.key, { state: "waiting" });
            throw failed;
          }
          await store.mark(photo.key, { state: "failed", problem: failed.message });
        }
        changed();
      }
      left = await phone.queue(store);
      return !left.records.length && !left.photos.length;
    });
  };
})();
