/* Two dates under one handle, masks drawn upon the picture, one picture alone on the whole screen. */
(function () {
  "use strict";

  window.xushi.bind("[data-compare]", function (box) {
    var range = box.querySelector("[data-compare-range]");
    function cut() { box.style.setProperty("--cut", range.value + "%"); }
    range.addEventListener("input", cut);
    range.addEventListener("keydown", function (event) {
      if (event.key !== "PageUp" && event.key !== "PageDown") return;
      event.preventDefault();
      range.value = Number(range.value) + (event.key === "PageUp" ? 10 : -10);
      cut();
    });
    cut();
  });

  var SVG = "http://www.w3.org/2000/svg";
  function shape(kind, points) {
    var made = document.createElementNS(SVG, kind);
    made.setAttribute("points", points.map(function (p) { return p.join(","); }).join(" "));
    return made;
  }
  function read(text) {
    return text.split("\n").map(function (line) {
      return line.trim().split(/\s+/).map(function (word) { return word.split(/[,，]/).map(Number); })
        .filter(function (p) { return p.length === 2 && isFinite(p[0]) && isFinite(p[1]); });
    }).filter(function (one) { return one.length > 2; });
  }

  window.xushi.bind("[data-masking]", function (box) {
    var field = document.getElementById(box.getAttribute("data-masking"));
    var svg = box.querySelector("svg"), acts = document.querySelector("[data-masking-acts]");
    var open = [];
    acts.hidden = false;

    function draw() {
      svg.replaceChildren();
      read(field.value).forEach(function (one) { svg.appendChild(shape("polygon", one)); });
      if (open.length > 1) svg.appendChild(shape("polyline", open));
      open.forEach(function (p) {
        var dot = document.createElementNS(SVG, "circle");
        dot.setAttribute("cx", p[0]);
        dot.setAttribute("cy", p[1]);
        dot.setAttribute("r", 1.2);
        svg.appendChild(dot);
      });
    }
    svg.addEventListener("click", function (event) {
      var at = svg.getBoundingClientRect();
      var x = Math.round((event.clientX - at.left) / at.width * 1000) / 10;
      var y = Math.round((event.clientY - at.top) / at.height * 1000) / 10;
      open.push([Math.min(Math.max(x, 0), 100), Math.min(Math.max(y, 0), 100)]);
      draw();
    });
    function close() {
      if (open.length < 3) return;
      var line = open.map(function (p) { return p.join(","); }).join(" ");
      field.value = (field.value.trim() ? field.value.trim() + "\n" : "") + line;
      open = [];
      draw();
    }
    acts.querySelector("[data-masking-close]").addEventListener("click", close);
    acts.querySelector("[data-masking-undo]").addEventListener("click", function () {
      if (open.length) open.pop();
      else field.value = field.value.trim().split("\n").slice(0, -1).join("\n");
      draw();
    });
    acts.querySelector("[data-masking-clear]").addEventListener("click", function () {
      open = [];
      field.value = "";
      draw();
    });
    field.addEventListener("input", draw);
    field.form.addEventListener("submit", close);
    draw();
  });

  window.xushi.onClick("[data-fullscreen]", function (link, event) {
    var card = link.closest(".sitecam"), box = card && card.querySelector(".cam");
    if (!box || !box.requestFullscreen) return;
    event.preventDefault();
    box.requestFullscreen();
  });
})();
