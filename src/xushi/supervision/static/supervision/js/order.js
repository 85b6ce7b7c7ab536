/* The camera of the feedback sheet says how many photos have been chosen. */
(function () {
  "use strict";
  window.xushi.bind("[data-count-files]", function (input) {
    input.addEventListener("change", function () {
      var label = input.closest("label");
      if (input.files.length) label.setAttribute("data-count", input.files.length);
      else label.removeAttribute("data-count");
    });
  });
})();
