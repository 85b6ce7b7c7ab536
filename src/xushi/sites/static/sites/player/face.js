/* What stands on the picture: live with its delay and clock, waiting, or broken, greyed, with the time it is of. */
const GREY = 4000; // ms without a picture before it stops looking live
const SAY = 60000; // ms before it is called an interruption

export class Face {
  constructor(box) {
    this.box = box;
    this.plate = this.part("cam-plate");
    this.large = box.hasAttribute("data-large");
    this.name = this.large ? this.plate.textContent : "";
    this.clock = this.part("cam-stamp");
    this.delay = this.part("cam-delay");
    this.notice = null;
    this.was = 0; // the moment of the last picture shown, by the camera's clock, ms
    this.seen = 0; // when we showed it
    this.since = 0; // when it broke
    this.state = "";
    this.shown = box.querySelector(".cam-notice"); // what the page itself says of an old picture; the cause stands below it
    this.stale = box.getAttribute("data-old") || "";
    const timer = setInterval(() => (box.isConnected ? this.look() : clearInterval(timer)), 1000);
  }

  part(name) {
    const found = this.box.querySelector("." + name);
    if (found) return found;
    const made = document.createElement("span");
    made.className = name;
    made.hidden = true;
    this.box.appendChild(made);
    return made;
  }

  video() {
    let video = this.box.querySelector("video");
    if (!video) {
      video = document.createElement("video");
      video.className = "cam-picture cam-video";
      video.muted = video.playsInline = video.autoplay = true;
      video.setAttribute("muted", "");
      video.setAttribute("playsinline", "");
      video.disablePictureInPicture = true;
      this.box.insertBefore(video, this.plate);
    }
    return video;
  }

  image() {
    return this.box.querySelector("img.cam-picture") || this.box.insertBefore(newImage(), this.plate);
  }

  opening() {
    if (this.large && this.state !== "broken" && this.state !== "live") this.say("opening", "连接中");
  }

  /* A picture of this moment is on the screen; late is how long after, in ms; every: not a stream but one picture each so many s. */
  picture(moment, late, every) {
    this.was = moment;
    this.seen = Date.now();
    this.since = 0;
    this.box.classList.remove("cam-old");
    this.box.classList.add("cam-live");
    this.clear();
    const time = stamp(moment).slice(11);
    this.say("live", !this.large ? time : every ? "每" + every + "秒一张" : "直播");
    this.clock.hidden = !this.large;
    this.clock.classList.remove("bold");
    this.clock.textContent = stamp(moment);
    this.delay.hidden = !this.large || late === null;
    if (late !== null) this.delay.textContent = "延迟" + Math.max(late / 1000, 0.1).toFixed(1) + "秒";
  }

  waiting() {
    if (this.state === "live") this.say("waiting", "缓冲");
  }

  paused() {
    if (this.state === "broken" || this.state === "refused") return;
    this.say("paused", "已暂停");
    this.old();
  }

  broken(told) {
    this.since = this.since || this.seen || Date.now();
    this.told = told || this.told;
    this.say("broken", "重连中");
    this.look();
  }

  refused(told) {
    this.say("refused", "看不了");
    this.old();
    this.write("看不了直播", this.oldWords() + ((told && told.error) || "请刷新页面再试。"));
  }

  /* Each second: what has stood still for a while must not look live. */
  look() {
    const quiet = Date.now() - this.seen;
    if (this.state === "live" && quiet > 1500) this.waiting();
    if ((this.state === "waiting" || this.state === "broken") && this.seen && quiet > GREY) this.old();
    if (this.state !== "broken") return;
    if (this.shown && !this.seen) return;
    const lost = Date.now() - this.since;
    if (lost < SAY && this.seen) return;
    const minutes = Math.floor(lost / 60000);
    const head = this.seen ? "连接中断" + (minutes < 60 ? minutes + "分钟" : Math.floor(minutes / 60) + "小时") : "连不上";
    const words = this.told && this.told.label ? this.told.label + this.told.mend : "正在自动重连。";
    this.write(head, this.oldWords() + words);
  }

  oldWords() {
    return this.was ? "这是" + stamp(this.was).slice(11, 16) + "的旧画面，不是现场。" : this.stale && this.stale + "。";
  }

  old() {
    this.box.classList.add("cam-old");
    this.box.classList.remove("cam-live");
    this.delay.hidden = true;
    if (!this.was) return;
    if (!this.large) return this.say(this.state, "最后" + stamp(this.was).slice(11, 19));
    this.clock.hidden = false;
    this.clock.classList.add("bold");
    this.clock.textContent = "最后一帧" + stamp(this.was).slice(11);
  }

  say(state, word) {
    if (this.state === state && this.word === word) return;
    this.state = state;
    this.word = word;
    this.box.setAttribute("data-live", state);
    this.plate.textContent = "";
    const sign = document.createElement("b");
    sign.textContent = word;
    this.plate.append(sign, this.name ? " " + this.name : "");
  }

  write(head, words) {
    if (!this.large) {
      this.plate.title = head + "。" + words;
      return;
    }
    if (!this.notice) {
      this.notice = document.createElement("div");
      this.notice.className = "cam-notice";
      this.notice.setAttribute("role", "status");
      this.box.appendChild(this.notice);
    }
    if (this.shown) this.shown.remove();
    const text = document.createElement("p"), bold = document.createElement("b");
    bold.textContent = head;
    text.append(bold, document.createElement("br"), words);
    if (this.notice.textContent !== text.textContent) this.notice.replaceChildren(text);
  }

  clear() {
    if (this.notice) this.notice.remove();
    if (this.shown) this.shown.remove();
    this.notice = this.shown = null;
    this.plate.removeAttribute("title");
  }
}

function newImage() {
  const made = document.createElement("img");
  made.className = "cam-picture";
  made.alt = "现场画面";
  return made;
}

/* Beijing time, whatever the phone is set to. */
export function stamp(ms) {
  return new Date(ms + 8 * 3600000).toISOString().slice(0, 19).replace("T", " ");
}
