/* A slider and its typed value say the same; the form tells the server. */
(function () {
  "use strict";
  window.xushi.bind("[data-slide]", function (slider) {
    var field = document.getElementById(slider.getAttribute("data-slide"));
    if (!field) return;
    slider.addEventListener("input", function () { field.value = slider.value; });
    field.addEventListener("input", function () {
      var typed = parseFloat(field.value.replace("−", "-"));
      if (!isNaN(typed)) slider.value = String(typed);
    });
  });
})();
