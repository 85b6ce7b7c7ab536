/* Cuts a stream of fragmented MP4 into its boxes; the box of moments in front of each picture is read and left out. */
const TIMES = "7875736869e64c8d9e0a4c6976650001";

export class Boxes {
  constructor(onHeader, onFragment) {
    this.left = new Uint8Array(0);
    this.onHeader = onHeader;
    this.onFragment = onFragment;
    this.header = [];
    this.moof = null;
    this.times = null;
  }

  take(bytes) {
    let data = bytes;
    if (this.left.length) {
      data = new Uint8Array(this.left.length + bytes.length);
      data.set(this.left);
      data.set(bytes, this.left.length);
    }
    let at = 0;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    while (at + 8 <= data.length) {
      const size = view.getUint32(at);
      if (size < 8) throw new Error("不是分片MP4");
      if (at + size > data.length) break;
      this.box(data.subarray(at, at + size), String.fromCharCode(...data.subarray(at + 4, at + 8)));
      at += size;
    }
    this.left = data.slice(at);
  }

  box(box, kind) {
    if (kind === "ftyp") this.header = [box.slice()];
    else if (kind === "moov") this.onHeader(joined([...this.header, box]), codecOf(box));
    else if (kind === "uuid") this.times = timesOf(box) || this.times;
    else if (kind === "moof") this.moof = box.slice();
    else if (kind === "mdat" && this.moof) {
      this.onFragment(joined([this.moof, box]), this.times);
      this.moof = this.times = null;
    }
  }
}

function timesOf(box) {
  if (box.length !== 48 || hex(box.subarray(8, 24)) !== TIMES) return null;
  const view = new DataView(box.buffer, box.byteOffset, box.byteLength);
  const long = (at) => view.getUint32(at) * 4294967296 + view.getUint32(at + 4);
  return { capture: long(24), arrival: long(32), at: long(40) / 90000 };
}

function codecOf(moov) {
  for (let at = 0; at + 8 < moov.length; at += 1) {
    if (moov[at] === 0x61 && moov[at + 1] === 0x76 && moov[at + 2] === 0x63 && moov[at + 3] === 0x43)
      return "avc1." + hex(moov.subarray(at + 5, at + 8)).toUpperCase();
  }
  return "";
}

function hex(bytes) {
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  parts.forEach((one) => { whole.set(one, at); at += one.length; });
  return whole;
}
