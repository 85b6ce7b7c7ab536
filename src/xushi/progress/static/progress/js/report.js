/* 报进度: fixes and last month's words come into the fields at once; without script their buttons do it on the server. */
(function () {
  "use strict";
  function put(field, text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  window.xushi.onClick("[data-fix]", function (button, event) {
    event.preventDefault();
    put(document.getElementById("amount"), button.value);
    document.getElementById("amount").focus();
  });
  window.xushi.onClick("[data-explain]", function (button, event) {
    var part = document.querySelector("[data-explanation]");
    if (!part) return;
    event.preventDefault();
    part.hidden = false;
    part.querySelector("textarea").focus();
  });
  window.xushi.onClick("[data-fill]", function (button, event) {
    var field = document.getElementById(button.getAttribute("data-fill"));
    event.preventDefault();
    put(field, button.getAttribute("data-text"));
    field.focus();
  });

  /* The field wears the doubt that its preview found. */
  window.xushi.bind("#calc", function (calc) {
    var amount = document.querySelector("[data-amount]");
    if (!amount) return;
    var doubted = calc.hasAttribute("data-doubt");
    amount.classList.toggle("field-bad", doubted);
    var input = amount.querySelector("input");
    if (doubted) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  });

  /* What the server has kept becomes the ground of what this machine keeps; on failure this machine says so. */
  window.xushi.bind("form[data-draft-rev] [data-rev]", function (sign) {
    var form = sign.closest("form");
    if (form.getAttribute("data-draft-rev") === sign.getAttribute("data-rev")) return;
    form.setAttribute("data-draft-rev", sign.getAttribute("data-rev"));
    form.dispatchEvent(new Event("input"));
  });
  document.addEventListener("input", function (event) {
    if (event.target.name === "entered") event.stopPropagation();
  }, true);
  ["htmx:sendError", "htmx:responseError"].forEach(function (failed) {
    document.addEventListener(failed, function () {
      var note = document.getElementById("draft-note");
      if (note) note.textContent = "";
    });
  });

  /* How many kinds of problems are ticked. */
  window.xushi.bind(".trouble", function (part) {
    function count() {
      var n = part.querySelectorAll("[name=difficulty_kinds]:checked").length;
      part.querySelector("[data-kind-count]").textContent = n ? "，" + n + "项" : "";
    }
    part.addEventListener("change", count);
    count();
  });

  /* A choice that is the whole form goes at once. */
  window.xushi.bind("select[data-submit]", function (select) {
    var button = select.form.querySelector(".month-go");
    if (button) button.hidden = true;
    select.addEventListener("change", function () { select.form.submit(); });
  });
})();
