/* Behaviour is bound by data- attributes, once per element, now and after every htmx swap. */
(function () {
  "use strict";
  var binders = [];

  function scan(root) {
    binders.forEach(function (one) {
      var found = Array.prototype.slice.call(root.querySelectorAll(one.selector));
      if (root.matches && root.matches(one.selector)) found.unshift(root);
      found.forEach(function (element) {
        if (one.seen.has(element)) return;
        one.seen.add(element);
        one.start(element);
      });
    });
  }

  window.xushi = {
    /* Run start(element) for each element of the selector, whenever it comes. */
    bind: function (selector, start) {
      binders.push({ selector: selector, start: start, seen: new WeakSet() });
      scan(document.body);
    },
    /* One listener on the document for a click on (something inside) the selector. */
    onClick: function (selector, act) {
      document.addEventListener("click", function (event) {
        var hit = event.target.closest && event.target.closest(selector);
        if (hit) act(hit, event);
      });
    },
    icon: function (name) {
      var known = document.querySelector("use");
      var sprite = known ? known.getAttribute("href").split("#")[0] : "";
      var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      var use = document.createElementNS("http://www.w3.org/2000/svg", "use");
      svg.setAttribute("class", name.indexOf("m-") === 0 ? "mark" : "icon");
      svg.setAttribute("aria-hidden", "true");
      use.setAttribute("href", sprite + "#" + name);
      svg.appendChild(use);
      return svg;
    },
    calm: function () { return window.matchMedia("(prefers-reduced-motion: reduce)").matches; }
  };
  document.addEventListener("htmx:afterSwap", function (event) { scan(event.detail.elt || document.body); });
  document.addEventListener("htmx:oobAfterSwap", function () { scan(document.body); });
})();
