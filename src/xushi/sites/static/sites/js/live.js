/* Pictures of cameras come alive: the player is loaded only where a camera stands on the page. */
(function () {
  "use strict";
  var able = window.IntersectionObserver && window.fetch && window.Promise;
  function open(box, now) {
    import("/static/sites/player/player.js").then(function (player) { player.attend(box, now); });
  }
  window.xushi.bind("[data-cam]", function (box) {
    if (able && !box.hasAttribute("data-cam-off")) open(box, false);
  });
  window.xushi.onClick("[data-live-retry]", function (link, event) {
    var box = document.querySelector('[data-cam="' + link.getAttribute("data-live-retry") + '"]');
    if (!able || !box) return;
    event.preventDefault();
    open(box, true);
  });
})();
