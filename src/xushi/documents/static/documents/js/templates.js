/* 公文模板: a tap puts a name where the cursor stands; a problem leads to its line. */
(function () {
  "use strict";
  function source() { return document.querySelector("textarea.tpl-source"); }
  window.xushi.onClick("[data-insert]", function (button, event) {
    var area = source();
    if (!area || button.disabled) return;
    event.preventDefault();
    area.focus({ preventScroll: true });
    area.setRangeText(button.getAttribute("data-insert"), area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  window.xushi.onClick("[data-line]", function (button) {
    var area = source();
    if (!area) return;
    var lines = area.value.split("\n"), wanted = Number(button.getAttribute("data-line"));
    var start = lines.slice(0, wanted - 1).join("\n").length + (wanted > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[wanted - 1] || "").length);
    area.scrollTop = area.scrollHeight * (wanted - 1) / lines.length - area.clientHeight / 3;
  });
})();
