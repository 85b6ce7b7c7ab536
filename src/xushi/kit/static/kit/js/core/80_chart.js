/* Charts: <figure class="chart" data-chart="script-id"> with a .chart-canvas and a .chart-table.
   The option is JSON; "var(--ink)" is a token's colour, "hatch(--amber-fill)" a hatching of it. */
(function () {
  "use strict";
  var loading = null;

  function library() {
    if (window.echarts) return Promise.resolve(window.echarts);
    if (!loading) {
      loading = new Promise(function (done, failed) {
        var script = document.createElement("script");
        script.src = document.body.getAttribute("data-echarts");
        script.onload = function () { done(window.echarts); };
        script.onerror = function () { loading = null; failed(new Error("echarts")); };
        document.head.append(script);
      });
    }
    return loading;
  }

  function hatch(colour, ground) {
    var size = 6;
    var canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    var pen = canvas.getContext("2d");
    pen.fillStyle = ground;
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = colour;
    pen.lineWidth = 1.8;
    [-size, 0, size].forEach(function (shift) {
      pen.beginPath();
      pen.moveTo(shift - 1, size + 1);
      pen.lineTo(shift + size + 1, -1);
      pen.stroke();
    });
    return { image: canvas, repeat: "repeat" };
  }

  function painted(value, token) {
    if (typeof value === "string") {
      var found = /^(var|hatch)\((--[\w-]+)\)$/.exec(value);
      if (!found) return value;
      return found[1] === "var" ? token(found[2]) : hatch(token(found[2]), token("--surface"));
    }
    if (Array.isArray(value)) return value.map(function (one) { return painted(one, token); });
    if (value && typeof value === "object") {
      return Object.keys(value).reduce(function (made, key) {
        made[key] = painted(value[key], token);
        return made;
      }, {});
    }
    return value;
  }

  window.xushi.bind("[data-chart]", function (figure) {
    var canvas = figure.querySelector(".chart-canvas");
    var source = document.getElementById(figure.getAttribute("data-chart"));
    if (!canvas || !source) return;
    var option = JSON.parse(source.textContent);
    var drawn = null;
    figure.classList.add("is-drawn");

    function draw(echarts) {
      var styles = getComputedStyle(figure);
      var token = function (name) { return styles.getPropertyValue(name).trim(); };
      if (drawn) drawn.dispose();
      drawn = echarts.init(canvas, null, { renderer: "canvas" });
      drawn.setOption({
        animation: false,
        textStyle: { fontFamily: token("--sans"), color: token("--ink2"), fontSize: parseFloat(styles.fontSize) * 0.86 },
        tooltip: { renderMode: "richText" }
      });
      drawn.setOption(painted(option, token));
    }
    function start() {
      library().then(draw).catch(function () { figure.classList.remove("is-drawn"); });
    }
    if (window.IntersectionObserver) {
      var watch = new IntersectionObserver(function (seen) {
        if (!seen[0].isIntersecting) return;
        watch.disconnect();
        start();
      }, { rootMargin: "200px" });
      watch.observe(figure);
    } else start();
    document.addEventListener("xushi:display", function () { if (drawn && figure.isConnected) draw(window.echarts); });
    window.addEventListener("resize", function () { if (drawn && figure.isConnected) drawn.resize(); });
    figure.addEventListener("click", function (event) {
      var button = event.target.closest("[data-chart-toggle]");
      if (!button) return;
      var table = figure.classList.toggle("show-table");
      button.textContent = table ? "看图" : "看表";
      button.setAttribute("aria-pressed", String(table));
      if (!table && drawn) drawn.resize();
    });
  });
})();
