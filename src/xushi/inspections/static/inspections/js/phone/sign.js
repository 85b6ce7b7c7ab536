/* The signature: strokes from 0 to 1 by finger, pen or mouse; or the typed name drawn as a picture. */
(function () {
  "use strict";
  const phone = (self.xushiPhone = self.xushiPhone || {});

  phone.signPad = function (canvas, changed) {
    const pen = canvas.getContext("2d");
    let strokes = [];
    let live = null;

    function draw() {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.strokeStyle = "#141C19";
      pen.lineWidth = 5;
      pen.lineCap = pen.lineJoin = "round";
      strokes.forEach((stroke) => {
        pen.beginPath();
        stroke.forEach(([x, y], n) => pen[n ? "lineTo" : "moveTo"](x * canvas.width, y * canvas.height));
        if (stroke.length === 1) pen.lineTo(stroke[0][0] * canvas.width + 1, stroke[0][1] * canvas.height);
        pen.stroke();
      });
    }
    function point(event) {
      const box = canvas.getBoundingClientRect();
      const part = (value) => Math.round(Math.min(Math.max(value, 0), 1) * 1000) / 1000;
      return [part((event.clientX - box.left) / box.width), part((event.clientY - box.top) / box.height)];
    }
    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      live = [point(event)];
      strokes.push(live);
      if (canvas.setPointerCapture) canvas.setPointerCapture(event.pointerId);
      draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!live) return;
      live.push(point(event));
      draw();
    });
    ["pointerup", "pointercancel"].forEach((name) =>
      canvas.addEventListener(name, () => {
        if (!live) return;
        live = null;
        changed();
      })
    );
    return {
      strokes: () => strokes,
      set: (given) => { strokes = given || []; draw(); },
      clear: () => { strokes = []; draw(); changed(); },
    };
  };

  /* A PNG of the typed name, for who cannot write on the glass. */
  phone.typedName = function (name) {
    const canvas = document.createElement("canvas");
    canvas.width = 600;
    canvas.height = 240;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, 600, 240);
    pen.fillStyle = "#141C19";
    pen.font = "72px serif";
    pen.textAlign = "center";
    pen.fillText(name, 300, 130, 560);
    pen.font = "24px sans-serif";
    pen.fillText("键入的姓名", 300, 200);
    return canvas.toDataURL("image/png");
  };
})();
