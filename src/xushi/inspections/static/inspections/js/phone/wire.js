/* Talking with the server: who is logged in, the ticket, our time; every failure has a kind of its own. */
(function () {
  "use strict";
  const phone = (self.xushiPhone = self.xushiPhone || {});
  const SECONDS = 60;

  /* kind: network (try again), login (log in first), other (another person is logged in), again (go on at
     data.offset), later (so many at a time: try again in data.wait seconds), refused (a person has to look), server (try again). */
  class Failed extends Error {
    constructor(kind, status, data) {
      super((data && data.error) || { network: "没有连上", login: "登录过期" }[kind] || "服务器没有办成");
      this.kind = kind;
      this.status = status;
      this.data = data || {};
    }
  }
  phone.Failed = Failed;

  function kindOf(status, data) {
    if (status === 401) return "login";
    if (data.other) return "other";
    if (status === 429) return "later";
    if (status === 409 || (status === 404 && !data.refused)) return "again";
    if (data.refused || status === 403 || status === 404 || status === 422) return "refused";
    return "server";
  }

  phone.wireOf = function (who, home) {
    let ticket = "";

    async function call(method, path, body, headers) {
      const stop = self.AbortController ? new AbortController() : null;
      const timer = setTimeout(() => stop && stop.abort(), SECONDS * 1000);
      const sent = Object.assign({ Accept: "application/json", "X-Xushi-Who": who }, headers);
      if (method !== "GET") sent["X-CSRFToken"] = ticket;
      let answered, data;
      try {
        answered = await fetch(home + path, {
          method, headers: sent, body, credentials: "same-origin", cache: "no-store", signal: stop && stop.signal,
        });
        data = (answered.headers.get("Content-Type") || "").indexOf("json") < 0 ? null : await answered.json();
      } catch (cut) {
        throw new Failed("network", 0);
      } finally {
        clearTimeout(timer);
      }
      if (data && data.now && phone.learnTime) phone.learnTime(data.now);
      if (data === null && answered.redirected) throw new Failed("login", 401);
      if (!answered.ok || data === null) throw new Failed(kindOf(answered.status, data || {}), answered.status, data);
      return data;
    }

    return {
      hello: async function () {
        const said = await call("GET", "hello", undefined, { "X-Xushi-Background": "1" });
        if (said.who !== who) throw new Failed("other", 409, { error: "现在登录的是" + said.name });
        ticket = said.csrf;
        return said;
      },
      post: (path, data, device) =>
        call("POST", path, JSON.stringify(data || {}), { "Content-Type": "application/json", "X-Xushi-Device": device || "" }),
      get: (path) => call("GET", path),
      piece: (path, offset, bytes, crc) =>
        call("PATCH", path, bytes, {
          "Content-Type": "application/octet-stream", "Upload-Offset": String(offset), "X-Piece-Crc32": crc.toString(16),
        }),
    };
  };
})();
