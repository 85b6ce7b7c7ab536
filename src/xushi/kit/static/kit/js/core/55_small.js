/* Two small habits: a choice that submits its form at once, and a button that copies a number or a text. */
(function () {
  "use strict";
  /* data-autosubmit on a field or a form: any change sends it, as pressing its button would. */
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (!form || !event.target.closest("[data-autosubmit]")) return;
    if (form.requestSubmit) return form.requestSubmit();
    var button = form.querySelector("button:not([type=button]), input[type=submit]");
    if (button) button.click();
    else form.submit();
  });

  function byHand(text) {
    var area = document.createElement("textarea");
    area.value = text;
    area.className = "vh";
    area.setAttribute("readonly", "");
    document.body.append(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("copy"));
  }

  /* data-copy="text", or empty: the text of the element that data-copy-from names by id. */
  window.xushi.onClick("[data-copy]", function (button, event) {
    event.preventDefault();
    var source = document.getElementById(button.getAttribute("data-copy-from") || "");
    var text = button.getAttribute("data-copy") || (source ? source.textContent.trim() : "");
    var way = navigator.clipboard && window.isSecureContext ? navigator.clipboard.writeText(text) : byHand(text);
    way.then(
      function () { window.xushi.toast("已复制：" + (text.length > 24 ? text.slice(0, 24) + "……" : text)); },
      function () { window.xushi.toast("没有复制成，请长按文字自己复制。", { tone: "error" }); }
    );
  });
})();
