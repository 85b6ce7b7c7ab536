/* Deciding: what is decided goes into a box on this machine and from there to the server, one after the other and in
   order, so that the next one can be typed at once. Each carries a form number: sent twice it is one decision. */
(function () {
  "use strict";
  var AGAIN = 5000;
  var held = {};  // of a browser whose storage is switched off
  var sending = false, timer = 0;

  function prefix() {
    var list = document.querySelector("[data-outbox]");
    return list ? "decided:" + (document.body.getAttribute("data-who") || "-") + ":" + list.getAttribute("data-outbox") + ":" : "";
  }
  function put(one) {
    held[one.key] = one;
    try { localStorage.setItem(one.key, JSON.stringify(one)); } catch (full) { /* it is held in the page */ }
  }
  function take(one) {
    delete held[one.key];
    try { localStorage.removeItem(one.key); } catch (blocked) { /* nothing was kept */ }
  }
  function all() {
    var found = {}, start = prefix();
    try {
      Object.keys(localStorage).forEach(function (key) { if (key.indexOf(start) === 0) found[key] = JSON.parse(localStorage.getItem(key)); });
    } catch (blocked) { /* only what the page holds */ }
    Object.keys(held).forEach(function (key) { if (start && key.indexOf(start) === 0) found[key] = held[key]; });
    return Object.keys(found).map(function (key) { return found[key]; }).sort(function (a, b) { return a.at - b.at || a.nth - b.nth; });
  }
  function number() {
    return Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(16)), function (one) { return ("0" + one.toString(16)).slice(-2); }).join("");
  }

  /* The words leave the field at once; they are back in it where they are refused and nothing else was typed. */
  var nth = 0;
  window.xushi.decide = function (form, kind) {
    var words = form.querySelector("textarea[name=words]");
    var sort = form.querySelector("[name=problem_class]");
    if (!words.value.trim()) return words.focus();
    var token = number();
    put({
      key: prefix() + token, token: token, at: Date.now(), nth: nth++, url: form.getAttribute("action"), kind: kind,
      words: words.value, sort: sort ? sort.value : "", item: form.getAttribute("data-decide"), odd: ""
    });
    fill(form, "", "");
    words.focus();
    draw();
    send();
  };

  function fill(form, text, odd) {
    var words = form.querySelector("textarea[name=words]");
    var said = form.querySelector("[data-decide-odd]");
    words.value = text;
    words.dispatchEvent(new Event("input", { bubbles: true }));
    said.hidden = !odd;
    said.lastElementChild.textContent = odd;
  }

  function send() {
    var one = all().filter(function (each) { return !each.odd; })[0];
    var list = document.querySelector("[data-outbox]");
    clearTimeout(timer);
    if (sending || !one || !list) return;
    sending = true;
    var body = new URLSearchParams({
      words: one.words, kind: one.kind, token: one.token, problem_class: one.sort,
      csrfmiddlewaretoken: list.querySelector("[name=csrfmiddlewaretoken]").value
    });
    fetch(one.url, { method: "POST", body: body, credentials: "same-origin", headers: { "HX-Request": "true", "HX-Current-URL": location.href } })
      .then(function (answer) { return answer.text().then(function (text) { return heard(one, answer, text); }); })
      .catch(function () { return false; })
      .then(function (settled) {
        sending = false;
        draw();
        if (settled) send();
        else timer = setTimeout(send, AGAIN);
      });
  }

  /* Whether the server has said its last word on this one. */
  function heard(one, answer, text) {
    if (answer.status === 401) location.assign(answer.headers.get("HX-Redirect") || location.href);
    if (answer.status === 401 || answer.status >= 500) return false;
    if (answer.ok) {
      take(one);
      window.htmx.swap("#decisions", text, { swapStyle: "outerHTML" }, { select: "#decisions", selectOOB: "#meet-now" });
      return true;
    }
    one.odd = answer.status === 422 ? text : "没有记上：登录变了，或这一项已经不在。请刷新本页，再拿回来记。";
    var form = document.querySelector("[data-decide='" + one.item + "']");
    if (form && !form.querySelector("textarea[name=words]").value) {
      take(one);
      fill(form, one.words, one.odd);
    } else put(one);
    return true;
  }

  function element(name, css, text) {
    var made = document.createElement(name);
    if (css) made.className = css;
    if (text) made.textContent = text;
    return made;
  }
  function button(text, act) {
    var made = element("button", "link", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }
  function row(one) {
    var line = element("li", one.odd ? "is-odd" : "");
    line.append(element("b", "pre", one.words), element("small", one.odd ? "t-red" : "t-ink2", one.odd || "正在记……"));
    if (!one.odd) return line;
    line.append(button("拿回来改", function () {
      var form = document.querySelector("[data-decide]");
      if (!form) return window.xushi.toast("现在没有在议的事项，请先点“议这一项”。", { tone: "error" });
      var typed = form.querySelector("textarea[name=words]").value;
      take(one);
      fill(form, typed ? one.words + "\n" + typed : one.words, one.odd);
      form.querySelector("textarea[name=words]").focus();
      draw();
    }), button("不要了", function () { take(one); draw(); }));
    return line;
  }
  function draw() {
    var list = document.querySelector("[data-outbox]"), rows = list && list.querySelector("ul"), waiting = all();
    if (!list) return;
    rows.textContent = "";
    waiting.forEach(function (one) { rows.append(row(one)); });
    list.hidden = !waiting.length;
  }

  window.xushi.bind("[data-outbox]", function () { draw(); send(); });
  window.xushi.bind("form[data-ends]", function (form) {
    form.addEventListener("submit", function (event) {
      var left = all().length;
      if (!left) return;
      event.preventDefault();
      window.xushi.toast("还有" + left + "条没记上，记上了再散会。", { tone: "error" });
    });
  });
  window.addEventListener("online", send);
})();
