/* Toasts leave after six seconds; errors stay until they are closed. */
(function () {
  "use strict";
  var STAY = 6000;

  function arm(toast) {
    if (toast.classList.contains("toast-error")) return;
    var stay = (Number(toast.getAttribute("data-toast-seconds")) || STAY / 1000) * 1000;
    var timer;
    function start() { timer = setTimeout(function () { toast.remove(); }, stay); }
    function stop() { clearTimeout(timer); }
    ["mouseenter", "focusin"].forEach(function (name) { toast.addEventListener(name, stop); });
    ["mouseleave", "focusout"].forEach(function (name) { toast.addEventListener(name, start); });
    start();
  }

  /* say(text, {tone: "error", label, url, seconds}) */
  function say(text, how) {
    how = how || {};
    var list = document.querySelector("[data-toasts]");
    if (!list) return;
    var toast = document.createElement("div");
    var failed = how.tone === "error";
    toast.className = failed ? "toast toast-error" : "toast";
    toast.setAttribute("role", failed ? "alert" : "status");
    toast.setAttribute("data-toast", "");
    if (how.seconds) toast.setAttribute("data-toast-seconds", how.seconds);
    var icon = window.xushi.icon(failed ? "m-octagon" : "i-check");
    if (failed) icon.classList.add("m-red");
    var words = document.createElement("span");
    words.className = "grow";
    words.textContent = text;
    toast.append(icon, words);
    if (how.label && how.url && how.url.charAt(0) === "/") {
      var act = document.createElement("a");
      act.href = how.url;
      act.textContent = how.label;
      toast.append(act);
    }
    var close = document.createElement("button");
    close.type = "button";
    close.className = "toast-close";
    close.setAttribute("data-toast-close", "");
    close.setAttribute("aria-label", "收起");
    close.append(window.xushi.icon("i-close"));
    toast.append(close);
    list.append(toast);
    arm(toast);
  }

  window.xushi.toast = say;
  window.xushi.bind("[data-toast]", arm);
  window.xushi.onClick("[data-toast-close]", function (button) { button.closest("[data-toast]").remove(); });
  document.addEventListener("toast", function (event) { say(event.detail.text || event.detail.value, event.detail); });
  document.addEventListener("htmx:sendError", function () {
    say("没有连上，内容还在本机。请看看网络，再试一次。", { tone: "error" });
  });
  document.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    var words = {
      403: "这件事不在你的权限里，或登录已过期。请刷新本页。",
      404: "要找的内容已经不在了。请刷新本页。",
      409: "刚才有人先改了这一条。请刷新本页，看过再改。",
      429: "刚才做得太密，内容还在本机。请稍等再试。",
      503: "服务器暂时没有答复，内容还在本机。请过一两分钟再试。"
    };
    say(words[status] || "没有办成，系统记下了原因。请过一会儿再试。", { tone: "error" });
  });
})();
