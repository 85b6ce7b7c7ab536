/* The form of one visit: every field into the store at each input; the whole becomes an entry when it is handed over. */
(function () {
  "use strict";
  const phone = (self.xushiPhone = self.xushiPhone || {});
  const MOST = 9;
  const $ = (root, selector) => root.querySelector(selector);
  const all = (root, selector) => Array.from(root.querySelectorAll(selector));
  const iso = () => new Date(phone.time()).toISOString();

  /* What stands recorded on the server, as the fields of a draft. */
  function fromEntry(entry) {
    const answers = {};
    (entry.answers || []).forEach((one) => { answers[one.item] = one.verdict; });
    const signed = entry.signature || {};
    const started = entry.really_started;
    return {
      answers, findings: entry.findings || [], words: entry.words || "", started_at: entry.started_at || "",
      seen_rate: entry.seen_rate ? String(Math.round(Number(entry.seen_rate) * 10000) / 100) : "",
      really_started: started === true ? "yes" : started === false ? "no" : null, place: entry.place || null,
      signed_name: signed.name || "", signed_duty: signed.duty || "", strokes: signed.strokes || [],
      signed_typed: Boolean(signed.png && !(signed.strokes || []).length), unsigned_reason: entry.unsigned_reason || "",
      held_photos: entry.photos || [],
    };
  }

  function entryOf(draft, photos) {
    const d = draft.data;
    const rate = d.seen_rate.replace("％", "%").replace("%", "").trim();
    const signed = d.strokes.length || d.signed_typed;
    const known = new Set(photos.map((one) => one.key));
    const kept = d.findings.map((one) => one.key);
    const named = photos.filter((one) => !one.finding || kept.indexOf(one.finding) >= 0)
      .map((one) => ({ key: one.key, finding: one.finding || null, kind: one.finding ? "before" : "visit" }));
    return {
      base_version: draft.base_version,
      answers: Object.keys(d.answers).map((item) => ({ item: Number(item), verdict: d.answers[item] })),
      findings: d.findings.map((one) => Object.assign({}, one, { words: one.words.trim() })),
      words: d.words.trim(), seen_rate: rate ? String(Number(rate) / 100) : null,
      really_started: d.really_started === "yes" ? true : d.really_started === "no" ? false : null,
      started_at: d.started_at, ended_at: iso(), place: d.place,
      signature: signed || d.signed_name.trim() ? {
        png: signed && !d.strokes.length ? phone.typedName(d.signed_name.trim()) : "", strokes: d.strokes,
        name: d.signed_name.trim(), duty: d.signed_duty.trim(),
      } : null,
      unsigned_reason: signed ? "" : d.unsigned_reason.trim(),
      photos: named.concat((d.held_photos || []).filter((one) => !known.has(one.key))),
    };
  }

  /* The first thing that keeps it from being handed over, in a sentence; "" where nothing does. */
  function lacking(d) {
    const bare = d.findings.findIndex((one) => !one.words.trim());
    if (bare >= 0) return "第" + (bare + 1) + "条问题没写看到了什么，请写一句。";
    const undated = d.findings.findIndex((one) => !one.due_on);
    if (undated >= 0) return "第" + (undated + 1) + "条问题没有整改期限，请选3天、7天或一个日子。";
    const rate = d.seen_rate.replace(/[%％]/g, "").trim();
    if (rate && !(Number(rate) >= 0 && Number(rate) <= 1000)) return "现场完成率要填0到1000的数，看不准就空着。";
    const signed = d.strokes.length || d.signed_typed;
    if (signed && !d.signed_name.trim()) return "签了名还要写现场负责人的姓名。";
    if (!signed && !d.unsigned_reason.trim()) return d.signed_name.trim() ? "写了姓名还没签名：请手写，或勾“用键入的姓名”，或写明没签的缘由。" : "请现场负责人签名，或写明没签的缘由。";
    return "";
  }

  phone.startForm = async function (form, store, told) {
    const key = form.dataset.key;
    const holder = $(document, "[data-phone-findings]");
    const template = $(document, "[data-finding-template]");
    const tile = $(document, "[data-tile-template]");
    let draft = await opened();
    let keeping = Promise.resolve();

    async function opened() {
      const version = Number(form.dataset.version);
      const held = await store.draft(key);
      const outcome = await store.outcome(key);
      const settled = held && outcome && outcome.rev === held.rev && outcome.state === "taken";
      if (held && !(settled && version > outcome.version)) return written(held, outcome);
      const entry = JSON.parse($(document, "#phone-entry").textContent);
      return { key, base_version: version, rev: held ? held.rev : 0, ready: false, handed: Boolean(held && (held.ready || held.handed)), name: form.dataset.project, data: fromEntry(entry) };
    }

    /* What we wrote ourselves is no news to us: the next wording stands upon it. */
    function written(held, outcome) {
      if (outcome && outcome.state === "taken") held.base_version = Math.max(outcome.version, held.base_version);
      return held;
    }

    function problem(sentence) {
      const box = $(form, "[data-phone-problem]");
      box.hidden = !sentence;
      $(box, "span").textContent = sentence;
      if (sentence) box.scrollIntoView({ block: "center" });
    }

    /* Changed by hand: it waits for the button again, and what it is written upon is what the server last answered. */
    function keep() {
      if (draft.ready) draft.handed = true;
      draft.ready = false;
      draft.rev += 1;
      draft.changed_at = Date.now();
      if (!draft.data.started_at) draft.data.started_at = iso();
      keeping = store.keepDraft(draft).then(
        () => {
          saved("已存在本机 " + new Date(phone.time()).toTimeString().slice(0, 5));
          document.dispatchEvent(new Event("phone:kept"));
        },
        () => problem("手机存不下了，请先腾出空间，这一页先别关。")
      );
      return keeping;
    }
    function saved(text) { $(form, "[data-phone-saved]").textContent = text; }

    /* ── findings ── */
    function findingOf(card) { return draft.data.findings.find((one) => one.key === card.dataset.finding); }

    function addCard(finding) {
      const card = $(template.content, "[data-finding]").cloneNode(true);
      const check = finding.item ? $(form, '[data-check="' + finding.item + '"]') : null;
      card.dataset.finding = finding.key;
      if (check) $(card, "[data-finding-name]").textContent = check.dataset.checkName;
      all(card, "[data-field]").forEach((field) => {
        if (finding[field.dataset.field] !== null) field.value = finding[field.dataset.field];
      });
      $(card, "textarea").setAttribute("aria-label", "看到了什么");
      holder.append(card);
      showDue(card, finding);
      return card;
    }
    function showDue(card, finding) {
      let picked = false;
      all(card, "[data-due]").forEach((button) => {
        const on = button.dataset.due === finding.due_on;
        picked = picked || on;
        button.setAttribute("aria-pressed", String(on));
        const [, month, day] = button.dataset.due.split("-").map(Number);
        button.textContent = button.dataset.dueLabel + " · " + month + "月" + day + "日";
      });
      $(card, ".phone-date").classList.toggle("is-on", Boolean(finding.due_on) && !picked);
    }
    function newFinding(item) {
      const check = item ? $(form, '[data-check="' + item + '"]') : null;
      const finding = {
        key: phone.uuid(), item, class: check ? check.dataset.class : "other",
        severity: check ? Number(check.dataset.severity) : 1, words: "", unit: Number(form.dataset.unit), due_on: $(template.content, "[data-due-usual]").dataset.due,
      };
      draft.data.findings.push(finding);
      return addCard(finding);
    }
    async function dropFinding(card) {
      const finding = findingOf(card);
      draft.data.findings = draft.data.findings.filter((one) => one !== finding);
      for (const one of await store.photosOf(key)) {
        if (one.finding === finding.key && one.state !== "sent") await store.dropPhoto(one.key);
      }
      card.remove();
      if (finding.item) all(form, 'input[name="item-' + finding.item + '"]').forEach((radio) => {
        if (radio.value === "problem") { radio.checked = false; delete draft.data.answers[finding.item]; }
      });
      keep();
    }

    /* ── fields ── */
    const pad = phone.signPad($(form, "[data-sign-pad]"), () => { draft.data.strokes = pad.strokes(); keep(); });
    function show() {
      const d = draft.data;
      Object.keys(d.answers).forEach((item) => {
        const radio = $(form, 'input[name="item-' + item + '"][value="' + d.answers[item] + '"]');
        if (radio) radio.checked = true;
      });
      ["words", "seen_rate", "signed_name", "signed_duty", "unsigned_reason"].forEach((name) => { form.elements[name].value = d[name]; });
      form.elements.signed_typed.checked = d.signed_typed;
      const start = d.really_started !== null && $(form, '[name=really_started][value="' + d.really_started + '"]');
      if (start) start.checked = true;
      pad.set(d.strokes);
      d.findings.forEach(addCard);
    }
    function changed(event) {
      const field = event.target;
      const card = field.closest("[data-finding]");
      const d = draft.data;
      if (field.type === "file") return undefined;
      if (card) {
        const value = field.value;
        const finding = findingOf(card);
        finding[field.dataset.field] = ["unit", "severity"].indexOf(field.dataset.field) < 0 ? value : Number(value);
        showDue(card, finding);
      } else if (field.name.indexOf("item-") === 0) {
        answer(Number(field.name.slice(5)), field.value);
      } else if (field.name === "signed_typed") d.signed_typed = field.checked;
      else d[field.name] = field.value;
      return keep();
    }
    function answer(item, verdict) {
      const held = draft.data.findings.find((one) => one.item === item);
      draft.data.answers[item] = verdict;
      if (verdict === "problem" && !held) newFinding(item);
      if (verdict !== "problem" && held) {
        const card = $(holder, '[data-finding="' + held.key + '"]');
        if (!held.words.trim()) dropFinding(card).then(() => { draft.data.answers[item] = verdict; keep(); });
        else { draft.data.answers[item] = "problem"; $(form, 'input[name="item-' + item + '"][value=problem]').checked = true; problem("这一项写了问题；要改成别的，先删掉下面那条问题。"); }
      }
    }

    /* ── photos ── */
    let drawing = null, once_more = false;
    function refresh() {
      if (drawing) { once_more = true; return drawing; }
      drawing = draw().finally(() => {
        drawing = null;
        if (!once_more) return null;
        once_more = false;
        return refresh();
      });
      return drawing;
    }
    async function draw() {
      const photos = (await store.photosOf(key)).sort((a, b) => a.order - b.order);
      all(holder, "[data-finding]").forEach((card) => {
        const own = photos.filter((one) => one.finding === card.dataset.finding);
        phone.showTiles($(card, "[data-tiles]"), tile, store, own);
        $(card, "[data-photo-count]").textContent = own.length;
      });
      const free = photos.filter((one) => !one.finding);
      phone.showTiles($(form, "[data-visit-photos] [data-tiles]"), tile, store, free);
      $(form, "[data-visit-count]").textContent = free.length;
      await stand(photos);
    }
    async function stand(photos) {
      const outcome = await store.outcome(key);
      const mine = outcome && outcome.rev === draft.rev ? outcome : null;
      written(draft, outcome);
      const left = photos.filter((one) => one.state !== "sent").length;
      const button = $(document, "[data-phone-done]");
      if (mine && mine.state === "taken") saved("记录已送到" + (left ? "，还有" + left + "张照片没传完" : "，照片都传完了"));
      else if (draft.ready) saved("存在本机，待传" + (left ? "；" + left + "张照片随后传" : ""));
      if (mine && mine.state === "refused") problem("没有收下：" + mine.problem + " 改好再按一次，内容都还在。");
      phone.showConflict($(form, "[data-phone-conflict]"), mine, draft, form.dataset.chosenAt);
      button.classList.toggle("btn-primary", !(mine && mine.state === "taken" && draft.ready));
    }
    async function take(input) {
      const card = input.closest("[data-finding]");
      const files = Array.from(input.files);
      const room = card ? MOST - all(card, "[data-tile]").length : files.length;
      const wrong = await phone.take(store, form, files.slice(0, room), card ? card.dataset.finding : "", draft.data.place);
      input.value = "";
      if (files.length > room) wrong.push("一条问题最多" + MOST + "张，多的没有收。");
      problem(wrong.join(""));
      await keep();
      await refresh();
    }

    form.addEventListener("input", (event) => event.target.type !== "radio" && event.target.type !== "checkbox" && changed(event));
    form.addEventListener("change", (event) => {
      if (event.target.matches("[data-take]")) return take(event.target);
      return ["radio", "checkbox", "select-one", "date"].indexOf(event.target.type) < 0 ? undefined : changed(event);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("click", async (event) => {
      const hit = (selector) => event.target.closest(selector);
      if (hit("[data-due]")) {
        const card = hit("[data-finding]");
        findingOf(card).due_on = $(card, "[data-field=due_on]").value = hit("[data-due]").dataset.due;
        showDue(card, findingOf(card));
        keep();
      } else if (hit("[data-drop-finding]")) dropFinding(hit("[data-finding]"));
      else if (hit("[data-add-finding]")) { $(newFinding(null), "textarea").focus(); keep(); }
      else if (hit("[data-sign-clear]")) { form.elements.signed_typed.checked = draft.data.signed_typed = false; pad.clear(); }
      else if (hit("[data-tile-drop]")) { await store.dropPhoto(hit("[data-tile]").dataset.tile); await keep(); refresh(); }
      else if (hit("[data-tile-again]")) { await store.mark(hit("[data-tile]").dataset.tile, { state: "waiting", problem: "" }); told(); refresh(); }
    });

    $(document, "[data-phone-done]").addEventListener("click", async () => {
      const sentence = lacking(draft.data);
      problem(sentence);
      if (sentence) return;
      await keep();
      draft.entry = entryOf(draft, await store.photosOf(key));
      draft.ready = draft.handed = true;
      draft.device = phone.device();
      draft.clock = phone.time() - Date.now();
      await store.keepDraft(draft);
      await refresh();
      told();
    });

    phone.place((place) => { draft.data.place = place; }, $(form, "[data-phone-place]"), draft.data.place);
    show();
    await refresh();
    return { refresh, moved: (photo) => phone.showTile(form, photo), settle: () => keeping };
  };
})();
