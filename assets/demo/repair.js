// Step 2 of the repair form: takes what step 1 handed on, shows it, and "sends"
// it. What was handed on can be taken once, so it is put back until the report
// is sent: this page survives a reload.
(function () {
  "use strict";

  const find = (selector) => document.querySelector(selector);
  const form = find("#send-form");
  const nothing = find("[data-nothing]");
  const result = find("[data-result]");

  function show(data) {
    document.querySelectorAll("[data-field]").forEach((field) => {
      const value = data[field.dataset.field] || "";
      // A choice is shown in the words of this page; text as it was typed.
      const words = field.querySelector('[data-value="' + CSS.escape(value) + '"]');
      field.querySelector("[data-shown]").textContent = words ? words.textContent : value;
      field.hidden = !value;
    });
    form.hidden = false;
    nothing.hidden = true;
  }

  (window.koektrommel = window.koektrommel || []).push((koek) => {
    koek.handoff.take("repair").then((data) => {
      if (!data) {
        nothing.hidden = false;
        return;
      }
      show(data);
      return koek.handoff.put("repair", data);
    }).catch(() => { nothing.hidden = false; });

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      koek.handoff.take("repair").then(() => {
        // A reset tells Koektrommel to forget what step 1 remembers.
        form.reset();
        form.hidden = true;
        find("[data-sent]").hidden = false;
        result.textContent = result.dataset.text;
        result.focus();
      }, () => { result.textContent = result.dataset.fail; });
    });
  });
})();
