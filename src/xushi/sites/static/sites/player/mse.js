/* The first way: one endless answer, its pictures handed to the browser's decoder as they come. */
import { Boxes, joined } from "./boxes.js";
import { refusal } from "./door.js";

const BEHIND = 2; // s behind the newest picture: jump to it
const NEAR = 0.25; // s to keep in hand
const KEEP = 8; // s of what was shown
const STUCK = 10000; // ms without a picture: begin anew
const TRUST = 5000; // ms a camera's clock may differ from ours and still measure the delay

export function canMse() {
  return Boolean(window.MediaSource && window.ReadableStream && MediaSource.isTypeSupported('video/mp4; codecs="avc1.42E01E"'));
}

export async function playMse(door, face, signal) {
  const answer = await fetch(door.path + "stream", { signal, credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw await refusal(answer);
  if (!answer.body) throw Object.assign(new Error("no stream"), { unable: "mse" });
  const reader = answer.body.getReader();
  const screen = new Screen(face.video(), door, face, () => reader.cancel().catch(() => {}));
  try {
    await screen.ready;
    for (;;) {
      const piece = await reader.read();
      if (screen.problem) throw screen.problem;
      if (piece.done) return;
      screen.take(piece.value);
    }
  } finally {
    reader.cancel().catch(() => {});
    screen.close();
  }
}

class Screen {
  constructor(video, door, face, stop) {
    this.video = video;
    this.stop = stop;
    this.problem = null;
    this.came = Date.now();
    this.door = door;
    this.face = face;
    this.source = new MediaSource();
    this.url = URL.createObjectURL(this.source);
    this.waiting = [];
    this.times = [];
    this.open = true;
    this.boxes = new Boxes((bytes, codec) => this.header(bytes, codec), (bytes, times) => this.fragment(bytes, times));
    this.ready = new Promise((done) => this.source.addEventListener("sourceopen", done, { once: true }));
    video.onerror = () => this.fail(Object.assign(new Error("decoder"), { unable: this.shown ? "" : "mse" }));
    video.src = this.url;
    this.timer = setInterval(() => this.follow(), 200);
    this.frames();
  }

  take(bytes) {
    this.came = Date.now();
    this.boxes.take(bytes);
  }

  /* Once and for all: the reader is told to stop, and whoever reads is told why. */
  fail(problem) {
    this.problem = this.problem || problem;
    this.stop();
  }

  header(bytes, codec) {
    const type = 'video/mp4; codecs="' + codec + '"';
    if (!MediaSource.isTypeSupported(type)) throw Object.assign(new Error(type), { unable: "mse" });
    if (!this.buffer) {
      this.buffer = this.source.addSourceBuffer(type);
      this.buffer.addEventListener("updateend", () => this.pour());
      this.buffer.addEventListener("error", () => this.fail(new Error("buffer")));
      this.type = type;
    }
    this.waiting.push({ bytes, type });
    this.pour();
  }

  fragment(bytes, times) {
    if (times) this.times.push(times);
    if (this.times.length > 600) this.times.splice(0, 300);
    this.waiting.push({ bytes });
    this.pour();
  }

  /* All that waits goes in at once; another kind of picture on its own. */
  pour() {
    if (!this.open || !this.buffer || this.buffer.updating || this.source.readyState !== "open") return;
    if (!this.waiting.length) return this.trim();
    let count = 1;
    while (count < this.waiting.length && !this.waiting[count].type) count += 1;
    const parts = this.waiting.splice(0, count);
    try {
      if (parts[0].type && parts[0].type !== this.type) {
        this.buffer.changeType(parts[0].type);
        this.type = parts[0].type;
      }
      this.buffer.appendBuffer(parts.length === 1 ? parts[0].bytes : joined(parts.map((one) => one.bytes)));
    } catch (problem) {
      this.fail(problem);
    }
  }

  trim() {
    const held = this.buffer.buffered;
    const old = this.video.currentTime - KEEP;
    if (held.length && held.start(0) < old - KEEP) this.buffer.remove(0, old);
  }

  /* Keep to the newest picture: jump where far behind or before a gap, hurry a little where somewhat behind. */
  follow() {
    if (Date.now() - this.came > STUCK) return this.fail(new Error("silent"));
    const video = this.video, held = video.buffered;
    if (!held.length) return;
    const last = held.length - 1, end = held.end(last), behind = end - video.currentTime;
    if (video.currentTime < held.start(last) || behind > BEHIND || (!this.shown && behind > NEAR)) {
      video.currentTime = Math.max(end - NEAR, held.start(last));
    }
    video.playbackRate = behind > 3 * NEAR ? 1.1 : 1;
    if (video.paused) video.play().catch(() => {});
  }

  frames() {
    const video = this.video;
    if (video.requestVideoFrameCallback) {
      const each = (_, frame) => {
        if (!this.open) return;
        this.show(frame.mediaTime);
        video.requestVideoFrameCallback(each);
      };
      video.requestVideoFrameCallback(each);
    } else {
      video.ontimeupdate = () => this.show(video.currentTime);
    }
  }

  show(at) {
    let found = null;
    for (const one of this.times) {
      if (one.at > at + 0.02) break;
      found = one;
    }
    if (!found) return;
    this.shown = true;
    const trusted = found.capture && Math.abs(found.capture - found.arrival) < TRUST;
    const late = this.door.serverNow() - (trusted ? found.capture : found.arrival);
    this.face.picture(found.capture || found.arrival, late, 0);
  }

  close() {
    this.open = false;
    clearInterval(this.timer);
    this.video.onerror = this.video.ontimeupdate = null;
    this.video.pause();
    this.still();
    URL.revokeObjectURL(this.url);
    this.video.removeAttribute("src");
    this.video.load();
  }

  /* Keep the last picture on the page: a closed video shows nothing. */
  still() {
    const video = this.video;
    if (!this.shown || !video.videoWidth) return;
    let canvas = video.parentNode && video.parentNode.querySelector("canvas.cam-still");
    if (!canvas) {
      canvas = document.createElement("canvas");
      canvas.className = "cam-picture cam-still";
      video.parentNode.insertBefore(canvas, video);
    }
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
  }
}
