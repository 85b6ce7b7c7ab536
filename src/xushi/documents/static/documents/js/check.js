/* 数字勾稽: J and K go from one wrong number to the next; card and words show each other. */
(function () {
  "use strict";
  function marks(number) { return document.querySelectorAll('.ck-paper [data-mark="' + number + '"]'); }
  function show(card, focus) {
    document.querySelectorAll("[data-finding].is-current, .ck-paper .is-current").forEach(function (one) { one.classList.remove("is-current"); });
    card.classList.add("is-current");
    var number = card.getAttribute("data-finding");
    var wrong = document.getElementById("t" + number);
    if (wrong) wrong.classList.add("is-current");
    var how = { block: "nearest", behavior: window.xushi.calm() ? "auto" : "smooth" };
    card.scrollIntoView(how);
    if (wrong && window.matchMedia("(min-width: 1024px)").matches) wrong.scrollIntoView({ block: "center", behavior: how.behavior });
    if (focus) card.focus({ preventScroll: true });
    return marks(number).length;
  }
  function typing(target) { return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable; }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key !== "j" && event.key !== "k") return;
    var cards = Array.prototype.slice.call(document.querySelectorAll("[data-finding]"));
    if (!cards.length) return;
    var at = cards.findIndex(function (one) { return one.classList.contains("is-current"); });
    var next = event.key === "j" ? at + 1 : at - 1;
    show(cards[Math.max(0, Math.min(cards.length - 1, next))], true);
    event.preventDefault();
  });
  window.xushi.onClick(".ck-paper [data-mark]", function (mark, event) {
    if (mark.getAttribute("href").charAt(0) !== "#") return;
    var card = document.getElementById("f" + mark.getAttribute("data-mark"));
    if (!card) return;
    event.preventDefault();
    show(card, true);
  });
})();
