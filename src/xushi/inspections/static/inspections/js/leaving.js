/* Pages kept on this phone are for one person: they go when that person logs out, or somebody else logs in. */
(function () {
  "use strict";
  if (!window.caches) return;
  var who = document.body.getAttribute("data-who");
  function forget(but) {
    return caches.keys().then(function (names) {
      names.forEach(function (name) { if (name.indexOf("phone-pages-") === 0 && name !== but) caches.delete(name); });
    }).catch(function () {});
  }
  if (who) forget("phone-pages-" + who);
  document.addEventListener("submit", function (event) {
    if (/\/logout$/.test(event.target.action || "")) forget("");
  });
})();
