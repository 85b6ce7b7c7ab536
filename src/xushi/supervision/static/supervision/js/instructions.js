/* Writing an instruction: counts the words, adds phrases, says what the signature sets off; a sheet over any page. */
(function () {
  "use strict";
  window.xushi.bind("[data-pen-sheet]", function (sheet) {
    window.xushi.openSheet(sheet, null);
    sheet.addEventListener("click", function (event) {
      if (event.target.closest("[data-sheet-close]")) setTimeout(function () { sheet.remove(); }, 0);
    });
    document.addEventListener("keydown", function gone(event) {
      if (event.key !== "Escape") return;
      document.removeEventListener("keydown", gone);
      setTimeout(function () { if (!sheet.classList.contains("is-open")) sheet.remove(); }, 0);
    });
  });

  window.xushi.bind("[data-pen]", function (form) {
    var words = form.querySelector("textarea[name=words]");
    var count = form.querySelector("[data-pen-count]");
    var says = form.querySelector("[data-pen-consequence]");
    var day = form.querySelector("[data-pen-day]");
    var near = form.querySelector("[data-pen-near]");
    form.classList.add("pen-has-script");

    function length() { count.textContent = words.value.replace(/\s/g, "").length + "字"; }
    function consequence() {
      var due = form.querySelector("input[name=due]:checked");
      if (day) day.classList.toggle("is-on", !!due && due.value === "date");
      if (!says) return;
      var lead = form.querySelector("select[name=lead]").value;
      var units = {};
      if (lead) units[lead] = true;
      form.querySelectorAll("input[name=co_handlers]:checked").forEach(function (box) { units[box.value] = true; });
      says.textContent = lead
        ? "签发后生成督办约" + says.getAttribute("data-serial") + "号，" + Object.keys(units).length + "个单位同时收到提醒。"
        : "签发后交区重大办转办，重大办一个工作日内转出。";
    }
    form.querySelectorAll("[data-pen-phrases]").forEach(function (row) { row.hidden = false; });
    form.addEventListener("click", function (event) {
      var phrase = event.target.closest("[data-pen-phrase]");
      if (!phrase) return;
      var text = phrase.getAttribute("data-pen-phrase");
      var at = words.selectionStart;
      words.setRangeText(text, at, words.selectionEnd, "end");
      var gap = text.indexOf("……");
      if (gap >= 0) words.setSelectionRange(at + gap, at + gap + 2);
      words.focus();
      words.dispatchEvent(new Event("input", { bubbles: true }));
    });
    form.addEventListener("change", function (event) {
      var far = event.target.closest && event.target.closest("[data-pen-far]");
      if (far && near && event.target.checked) near.append(far);
      consequence();
    });
    /* The form follows the words until somebody chooses by hand. */
    var touched = {}, waiting;
    form.addEventListener("input", function (event) { if (event.target.name !== "words") touched[event.target.name] = true; });
    function tick(name, value) {
      var box = form.querySelector("input[name=" + name + "][value='" + value + "']");
      if (!box || box.checked) return;
      box.checked = true;
      if (box.closest("[data-pen-far]") && near) near.append(box.closest("[data-pen-far]"));
    }
    function follow(found) {
      var lead = form.querySelector("select[name=lead]");
      if (!lead) return;
      if (found.lead && !touched.lead) {
        lead.value = found.lead;
        form.querySelectorAll("input[name=co_handlers][value='" + found.lead + "']").forEach(function (box) { box.checked = false; });
      }
      if (!touched.co_handlers) found.helpers.forEach(function (unit) { tick("co_handlers", unit); });
      if (found.due && !touched.due && !touched.due_on) {
        if (!form.querySelector("input[name=due][value='" + found.due + "']")) form.querySelector("input[name=due_on]").value = found.due;
        tick("due", form.querySelector("input[name=due][value='" + found.due + "']") ? found.due : "date");
      }
      consequence();
    }
    function ask() {
      var body = new FormData();
      body.append("words", words.value);
      body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
      fetch(form.getAttribute("data-pen"), { method: "POST", body: body, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (found) { if (found) follow(found); }, function () {});
    }
    words.addEventListener("input", function () { length(); clearTimeout(waiting); waiting = setTimeout(ask, 400); });
    form.querySelectorAll("[data-pen-far] input:checked").forEach(function (box) { near.append(box.closest("label")); });
    length();
    consequence();
  });

})();
