/* 问题事项: how many characters, how many rows are chosen and what they would free, printing. */
(function () {
  "use strict";
  window.xushi.bind("[data-count-of]", function (slot) {
    var field = document.getElementById(slot.getAttribute("data-count-of"));
    if (!field) return;
    function count() { slot.textContent = field.value.length ? field.value.length + "字" : ""; }
    field.addEventListener("input", count);
    field.addEventListener("change", count);
    count();
  });

  window.xushi.bind("#desk", function (form) {
    var words = form.querySelector("[data-picked-words]");
    if (!words) return;
    function tell() {
      var picked = form.querySelectorAll("[data-pick]:checked").length;
      words.textContent = picked ? picked + "项" : "";
      form.dispatchEvent(new Event("picked"));
    }
    form.addEventListener("change", function (event) {
      if (event.target.matches("[data-pick], [data-pick-all]")) setTimeout(tell, 0);
    });
    setTimeout(tell, 0);
  });

  /* What the server has kept becomes the ground of what this machine keeps, wherever the sign of it stands. */
  window.xushi.bind("[data-rev-of]", function (sign) {
    var form = document.getElementById(sign.getAttribute("data-rev-of"));
    if (!form || form.getAttribute("data-draft-rev") === sign.getAttribute("data-rev")) return;
    form.setAttribute("data-draft-rev", sign.getAttribute("data-rev"));
    form.dispatchEvent(new Event("input"));
  });

  window.xushi.onClick("[data-print]", function () { window.print(); });
})();
