/* Where the first way is not to be had: HLS (the browser's own, else hls.js), and a new picture every few seconds. */
import { refusal } from "./door.js";

const EVERY = 2; // s between two pictures
const LOOK = 500;
const SILENT = 20000;

export async function playHls(door, face, signal) {
  const video = face.video(), address = door.path + "index.m3u8";
  const own = !window.MediaSource && video.canPlayType("application/vnd.apple.mpegurl");
  if (!own && !window.MediaSource) throw Object.assign(new Error("no hls"), { unable: "hls" });
  const first = await fetch(address, { signal, credentials: "same-origin", cache: "no-store" });
  if (!first.ok) throw await refusal(first);
  const held = own ? null : await library();
  let problem = null, hls = null;
  if (own) {
    video.src = address;
    video.onerror = () => { problem = new Error("hls"); };
  } else {
    hls = new held({ enableWorker: false, liveSyncDurationCount: 2, backBufferLength: 8, maxBufferLength: 8 });
    hls.on(held.Events.ERROR, (_, told) => { if (told.fatal) problem = new Error(told.details); });
    hls.loadSource(address);
    hls.attachMedia(video);
  }
  try {
    await watch(video, face, door, signal, () => problem, () => (own ? startDate(video) : hls.playingDate));
  } finally {
    if (hls) hls.destroy();
    else { video.onerror = null; video.removeAttribute("src"); video.load(); }
  }
}

function startDate(video) {
  const began = video.getStartDate ? video.getStartDate().getTime() : NaN;
  return isNaN(began) ? null : new Date(began + video.currentTime * 1000);
}

async function watch(video, face, door, signal, problem, date) {
  let last = -1, moved = Date.now(), shown = false;
  const began = Date.now();
  while (!signal.aborted) {
    await new Promise((done) => setTimeout(done, LOOK));
    if (problem()) throw shown ? problem() : unable();
    if (video.paused) video.play().catch(() => {});
    if (video.currentTime !== last) {
      last = video.currentTime;
      moved = Date.now();
      const moment = date();
      if (moment && video.videoWidth) {
        shown = true;
        const late = door.serverNow() - moment.getTime();
        face.picture(moment.getTime(), late < 60000 ? late : null, 0);
      }
    }
    if (Date.now() - moved > SILENT || (!shown && Date.now() - began > SILENT)) {
      const state = await fetch(door.path + "state", { signal, credentials: "same-origin" });
      if (!state.ok) throw await refusal(state);
      const told = await state.json();
      if (!told.playing) face.broken(told);
      throw told.playing && !shown ? unable() : new Error("silent");
    }
  }
}

let loading = null;
function library() {
  loading = loading || new Promise((done, no) => {
    const script = document.createElement("script");
    script.src = "/static/kit/vendor/hls.light.min.js";
    script.onload = () => (window.Hls && window.Hls.isSupported() ? done(window.Hls) : no(unable()));
    script.onerror = () => no(unable());
    document.head.appendChild(script);
  });
  return loading;
}

function unable() {
  return Object.assign(new Error("no hls"), { unable: "hls" });
}

export async function playPictures(door, face, signal) {
  const image = face.image();
  while (!signal.aborted) {
    const answer = await fetch(door.path + "picture.jpg", { signal, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw await refusal(answer);
    const moment = Number(answer.headers.get("x-live-moment"));
    const url = URL.createObjectURL(await answer.blob());
    await new Promise((done) => { image.onload = image.onerror = done; image.src = url; });
    URL.revokeObjectURL(url);
    face.picture(moment, null, EVERY);
    await new Promise((done) => setTimeout(done, EVERY * 1000));
  }
}
