/* Checksums of what is sent, taken piece by piece: the browser's own digest wants the whole file in memory, twice,
   and is not there without a secure context. */
(function () {
  "use strict";
  const phone = (self.xushiPhone = self.xushiPhone || {});

  const TABLE = new Uint32Array(256).map((_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  phone.crc32 = function (bytes) {
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
    return (crc ^ 0xffffffff) >>> 0;
  };

  /* SHA-256 (FIPS 180-4): its constants are the first 32 bits of the fractions of the roots of the first primes. */
  const PRIMES = [];
  for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((p) => n % p)) PRIMES.push(n);
  const fraction = (root) => ((root - Math.floor(root)) * 0x100000000) | 0;
  const K = Int32Array.from(PRIMES, (p) => fraction(Math.cbrt(p)));
  const START = PRIMES.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
  const BLOCK = 64;

  /* add(bytes) as often as there are bytes, then hex(); nothing may be added after it. */
  phone.sha256 = function () {
    const h = Int32Array.from(START), w = new Int32Array(64), rest = new Uint8Array(2 * BLOCK);
    let held = 0, length = 0;

    function block(bytes, at) {
      for (let i = 0, j = at; i < 16; i++, j += 4) w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      let a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
      for (let i = 0; i < 64; i++) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        k = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
      }
      h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
    }

    function add(bytes) {
      length += bytes.length;
      let at = 0;
      if (held) {
        at = Math.min(BLOCK - held, bytes.length);
        rest.set(bytes.subarray(0, at), held);
        held += at;
        if (held < BLOCK) return;
        block(rest, 0);
      }
      for (; at + BLOCK <= bytes.length; at += BLOCK) block(bytes, at);
      rest.set(bytes.subarray(at));
      held = bytes.length - at;
    }

    function hex() {
      const end = held < BLOCK - 8 ? BLOCK : 2 * BLOCK;
      rest.fill(0, held);
      rest[held] = 0x80;
      const view = new DataView(rest.buffer);
      view.setUint32(end - 8, Math.floor(length / 0x20000000));
      view.setUint32(end - 4, (length << 3) >>> 0);
      for (let at = 0; at < end; at += BLOCK) block(rest, at);
      return Array.from(h, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    }
    return { add, hex };
  };
})();
