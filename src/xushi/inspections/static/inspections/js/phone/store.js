/* What is recorded on this phone: one IndexedDB a person, so that nobody else's login ever sees or sends it.
   drafts: one row a visit, written by the form at each field. outcomes: what became of it, written by the sender.
   photos: a small row each; blobs and thumbs: the bytes, each in a row of its own, never read all at once. */
(function () {
  "use strict";
  const phone = (self.xushiPhone = self.xushiPhone || {});
  const STORES = ["drafts", "outcomes", "photos", "blobs", "thumbs"];

  function answer(request) {
    return new Promise((ok, no) => {
      request.onsuccess = () => ok(request.result);
      request.onerror = () => no(request.error);
    });
  }

  function upgraded(event) {
    const made = event.target.result;
    STORES.forEach((name) => {
      if (made.objectStoreNames.contains(name)) return;
      const store = made.createObjectStore(name);
      if (name === "photos") store.createIndex("visit", "visit");
    });
  }

  phone.uuid = function () {
    const b = self.crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    const hex = Array.from(b, (n) => n.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  phone.openStore = function (who) {
    const asked = self.indexedDB.open("xushi-phone-" + who, 1);
    asked.onupgradeneeded = upgraded;
    return answer(asked).then((db) => storeOf(db));
  };

  function storeOf(db) {
    db.onversionchange = () => db.close();

    /* Resolves when it is on the disk, not merely handed over: a battery may die right after. */
    function write(names, work) {
      return new Promise((ok, no) => {
        let tx;
        try {
          tx = db.transaction(names, "readwrite", { durability: "strict" });
        } catch (old) {
          tx = db.transaction(names, "readwrite");
        }
        tx.oncomplete = () => ok();
        tx.onabort = tx.onerror = () => no(tx.error || new Error("存不下"));
        work(...names.map((name) => tx.objectStore(name)));
      });
    }
    function read(name, work) {
      return answer(work(db.transaction(name).objectStore(name)));
    }

    return {
      draft: (key) => read("drafts", (s) => s.get(key)),
      drafts: () => read("drafts", (s) => s.getAll()),
      keepDraft: (draft) => write(["drafts"], (s) => s.put(draft, draft.key)),
      dropDraft: (key) => write(["drafts", "outcomes"], (d, o) => { d.delete(key); o.delete(key); }),
      outcome: (key) => read("outcomes", (s) => s.get(key)),
      outcomes: () => read("outcomes", (s) => s.getAll()),
      keepOutcome: (outcome) => write(["outcomes"], (s) => s.put(outcome, outcome.key)),
      photo: (key) => read("photos", (s) => s.get(key)),
      photos: () => read("photos", (s) => s.getAll()),
      photosOf: (visit) => read("photos", (s) => s.index("visit").getAll(visit)),
      thumb: (key) => read("thumbs", (s) => s.get(key)),
      blob: (key) => read("blobs", (s) => s.get(key)),
      addPhoto: (photo, blob) =>
        write(["photos", "blobs"], (p, b) => { p.put(photo, photo.key); b.put(blob, photo.key); }),
      keepThumb: (key, thumb) => write(["thumbs"], (s) => s.put(thumb, key)),
      /* Changes some fields of one photo inside one transaction; a photo that was deleted meanwhile stays deleted. */
      mark: (key, fields) =>
        write(["photos"], (s) => {
          s.get(key).onsuccess = (event) => {
            if (event.target.result) s.put(Object.assign(event.target.result, fields), key);
          };
        }),
      /* The server holds it: the bytes may go, the row and the small picture stay. */
      sent: (key) =>
        write(["photos", "blobs"], (p, b) => {
          b.delete(key);
          p.get(key).onsuccess = (event) => {
            if (event.target.result) p.put(Object.assign(event.target.result, { state: "sent", problem: "" }), key);
          };
        }),
      dropPhoto: (key) =>
        write(["photos", "blobs", "thumbs"], (p, b, t) => { p.delete(key); b.delete(key); t.delete(key); }),
      close: () => db.close(),
    };
  }
})();
