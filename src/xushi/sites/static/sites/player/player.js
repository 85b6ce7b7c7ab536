/* One camera on a page: asks for a ticket, chooses a way, starts again what broke, pauses what nobody sees. */
import { Face } from "./face.js";
import { openDoor, Refusal } from "./door.js";
import { playMse, canMse } from "./mse.js";
import { playHls, playPictures } from "./others.js";

const AGAIN = [1000, 2000, 4000, 8000, 15000];
const AWAY = 2000; // ms a picture may be out of sight before it pauses
const STREAMS = 4; // over HTTP/1.1 a browser opens six connections to a host, whatever waits behind them
const players = new Map();
let streaming = 0;

const watcher = new IntersectionObserver((entries) => {
  entries.forEach((entry) => players.get(entry.target)?.sight(entry.isIntersecting));
}, { threshold: 0.2 });
document.addEventListener("visibilitychange", () => players.forEach((one) => one.sight(one.inSight)));
window.addEventListener("pagehide", () => players.forEach((one) => one.leave()));

export function attend(box, now) {
  const held = [...players.values()].find((one) => one.swappedFor(box));
  if (held) return box.replaceWith(held.box); // the page was drawn anew: what plays goes on playing
  let player = players.get(box);
  if (!player) {
    player = new Player(box);
    players.set(box, player);
    watcher.observe(box);
  } else if (now) player.again();
}

function many() {
  const page = performance.getEntriesByType("navigation")[0];
  return Boolean(page && /^h[23]/.test(page.nextHopProtocol || ""));
}

class Player {
  constructor(box) {
    this.camera = box.getAttribute("data-cam");
    this.box = box;
    this.face = new Face(box);
    this.inSight = false;
    this.door = null;
    this.running = null; // an AbortController while playing
    this.failed = 0;
    this.unable = new Set(); // ways this browser or engine has turned out not to have
    this.refused = false;
  }

  swappedFor(box) {
    const same = box.getAttribute("data-cam") === this.camera && box.hasAttribute("data-large") === this.face.large;
    return same && box !== this.box && Boolean(this.running) && !this.box.isConnected;
  }

  sight(seen) {
    this.inSight = seen;
    clearTimeout(this.leaving);
    if (!this.box.isConnected) return this.forget();
    if (seen && !document.hidden) this.start();
    else this.leaving = setTimeout(() => this.pause(), AWAY);
  }

  start() {
    if (this.running || this.refused) return;
    this.running = new AbortController();
    this.run(this.running.signal).catch(() => {});
  }

  again() {
    this.failed = 0;
    this.refused = false;
    this.pause();
    this.start();
  }

  pause() {
    if (!this.running) return;
    this.running.abort();
    this.running = null;
    this.face.paused();
    if (!this.box.isConnected) this.forget();
  }

  forget() {
    this.running?.abort();
    watcher.unobserve(this.box);
    players.delete(this.box);
    this.leave();
  }

  leave() {
    if (this.door && navigator.sendBeacon) navigator.sendBeacon(this.door.path + "close");
    this.door = null;
  }

  async run(signal) {
    while (!signal.aborted) {
      const began = Date.now();
      try {
        this.face.opening();
        this.door = this.door || (await openDoor(this.camera, signal));
        await this.play(signal);
      } catch (problem) {
        if (signal.aborted) return;
        if (!this.settle(problem)) return;
      }
      if (signal.aborted) return;
      if (!this.box.isConnected) return this.forget();
      this.failed = Date.now() - began > 10000 ? 1 : this.failed + 1;
      await pause(AGAIN[Math.min(this.failed, AGAIN.length) - 1], signal);
    }
  }

  /* What a failure means for the next attempt; false where there is none. */
  settle(problem) {
    if (problem instanceof Refusal) {
      if (problem.status === 403 && this.door) this.door = null; // the view has ended: ask for a new ticket
      else if (problem.status === 406) this.unable.add("mse");
      else if (problem.status === 503) this.face.broken(problem.told);
      else if (problem.status !== 404 && problem.status < 500) {
        this.refused = true;
        this.running = null;
        this.face.refused(problem.told);
        return false;
      } else this.face.broken(problem.told);
    } else if (problem.unable) {
      this.unable.add(problem.unable);
      this.failed = 0;
    } else this.face.broken(null);
    return true;
  }

  async play(signal) {
    const way = this.way();
    if (way !== "mse") return (way === "hls" ? playHls : playPictures)(this.door, this.face, signal);
    streaming += 1;
    try {
      return await playMse(this.door, this.face, signal);
    } finally {
      streaming -= 1;
    }
  }

  way() {
    const room = many() || streaming < STREAMS;
    if (canMse() && !this.unable.has("mse")) return room ? "mse" : "pictures";
    return this.unable.has("hls") ? "pictures" : "hls";
  }
}

function pause(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
  });
}
