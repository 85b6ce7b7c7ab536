/* Choosing rows: [data-select] holds [data-pick] boxes, a [data-pick-all] box and a [data-bulkbar]. */
(function () {
  "use strict";
  window.xushi.bind("[data-select]", function (area) {
    var bar = area.querySelector("[data-bulkbar]");
    var last = null;

    function boxes() { return Array.prototype.slice.call(area.querySelectorAll("[data-pick]")); }

    function show() {
      var every = boxes();
      var picked = every.filter(function (box) { return box.checked; });
      every.forEach(function (box) {
        var row = box.closest("tr, li, .warnrow");
        if (row) row.classList.toggle("selected", box.checked);
      });
      var all = area.querySelector("[data-pick-all]");
      if (all) {
        all.checked = picked.length > 0 && picked.length === every.length;
        all.indeterminate = picked.length > 0 && picked.length < every.length;
      }
      if (!bar) return;
      bar.hidden = picked.length === 0;
      bar.querySelectorAll("[data-picked-count]").forEach(function (slot) { slot.textContent = picked.length; });
    }

    area.addEventListener("click", function (event) {
      var box = event.target.closest("[data-pick]");
      if (box && event.shiftKey && last) {
        var every = boxes();
        var ends = [every.indexOf(last), every.indexOf(box)].sort(function (a, b) { return a - b; });
        every.slice(ends[0], ends[1] + 1).forEach(function (one) { one.checked = box.checked; });
      }
      if (box) last = box;
      if (event.target.closest("[data-pick-clear]")) {
        boxes().forEach(function (one) { one.checked = false; });
        show();
      }
    });
    area.addEventListener("change", function (event) {
      if (event.target.matches("[data-pick-all]")) {
        boxes().forEach(function (one) { one.checked = event.target.checked; });
      }
      show();
    });
    area.addEventListener("htmx:afterSwap", show);
    show();
  });
})();
