/* Forms: what is typed is kept on this machine at every input, and a button says that it is busy. */
(function () {
  "use strict";
  var who = document.body.getAttribute("data-who") || "-";
  var PREFIX = "draft:" + who + ":";

  function read(key) {
    try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch (broken) { return null; }
  }
  function write(key, value) {
    try {
      if (value) localStorage.setItem(PREFIX + key, JSON.stringify(value));
      else localStorage.removeItem(PREFIX + key);
      return true;
    } catch (full) { return false; }
  }
  function keepable(field) {
    return field.name && !field.disabled && !field.readOnly && ["password", "file", "hidden", "submit", "button"].indexOf(field.type) < 0;
  }
  function values(form) {
    return Array.prototype.filter.call(form.elements, keepable).map(function (field) {
      var box = field.type === "checkbox" || field.type === "radio";
      return [field.name, box ? field.value : null, box ? field.checked : field.value];
    });
  }
  function restore(form, kept) {
    kept.forEach(function (entry) {
      Array.prototype.forEach.call(form.elements, function (field) {
        if (field.name !== entry[0] || !keepable(field)) return;
        if (entry[1] === null) field.value = entry[2];
        else if (field.value === entry[1]) field.checked = entry[2];
      });
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function clock(when) {
    var at = new Date(when);
    return (at.getMonth() + 1) + "月" + at.getDate() + "日" + at.getHours() + ":" + String(at.getMinutes()).padStart(2, "0");
  }
  function note(form, text) {
    var slot = form.querySelector("[data-draft-note]");
    if (slot) slot.textContent = text;
  }

  /* data-draft-rev names what the server last kept of this draft: words typed upon an older one are not brought back. */
  function rev(form) { return form.getAttribute("data-draft-rev") || ""; }

  window.xushi.drafts = function () {
    try {
      return Object.keys(localStorage).filter(function (key) { return key.indexOf(PREFIX) === 0; }).length;
    } catch (blocked) { return 0; }  // a WebView may have storage switched off
  };

  /* A page that says a form was sent forgets its draft before the next form of that name looks for one. */
  window.xushi.bind("[data-draft-clear]", function (sign) { write(sign.getAttribute("data-draft-clear"), null); });
  window.xushi.bind("form[data-draft-key]", function (form) {
    var key = form.getAttribute("data-draft-key");
    var kept = read(key);
    var refused = !form.hasAttribute("data-draft-rev") && form.querySelector("[aria-invalid=true], .field-bad");
    if (kept && (kept.rev || "") === rev(form) && !refused && JSON.stringify(kept.fields) !== JSON.stringify(values(form))) {
      restore(form, kept.fields);
      note(form, "已接上" + clock(kept.at) + "存在本机的草稿");
    }
    form.addEventListener("input", function () {
      var saved = write(key, { at: Date.now(), rev: rev(form), fields: values(form) });
      note(form, saved ? "草稿已存本机 " + clock(Date.now()) : "本机存不下草稿，请先提交");
    });
    form.addEventListener("click", function (event) {
      if (!event.target.closest("[data-draft-discard]")) return;
      write(key, null);
      form.reset();
      note(form, "草稿已清掉");
    });
  });

  function busy(button) {
    if (!button || button.classList.contains("is-busy")) return;
    button.classList.add("is-busy");
    button.setAttribute("data-label", button.innerHTML);
    button.style.minWidth = button.offsetWidth + "px";
    button.textContent = button.getAttribute("data-busy") || "正在提交";
    var icon = window.xushi.icon("i-spin");
    icon.classList.add("busy-icon");
    button.prepend(icon);
    button.disabled = true;
  }
  function ready(button) {
    button.classList.remove("is-busy");
    button.innerHTML = button.getAttribute("data-label");
    button.disabled = false;
  }
  document.addEventListener("submit", function (event) {
    var button = event.submitter || event.target.querySelector("button:not([type=button])");
    if (!button || !button.classList.contains("btn") || event.target.method === "get") return;
    setTimeout(function () { if (!event.defaultPrevented || event.target.closest("[hx-post], [hx-put], [hx-delete]")) busy(button); }, 0);
  });
  function allReady() { document.querySelectorAll(".btn.is-busy").forEach(ready); }
  document.addEventListener("htmx:afterRequest", allReady);
  window.addEventListener("pageshow", function (event) { if (event.persisted) allReady(); });
})();
