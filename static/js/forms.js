// What every form needs: one submit at a time, focus on what is wrong, counters, copying.
(function () {
  "use strict";

  // --- One submit at a time -------------------------------------------------
  // The button is disabled after the submit has read its name and value.
  // A form that may be sent again and again (a download) carries data-repeat.

  function buttonsOf(form) {
    return Array.from(form.elements).filter(function (e) { return e.type === "submit"; });
  }

  function release(form) {
    delete form.dataset.busy;
    delete form.dataset.sending;
    buttonsOf(form).forEach(function (b) {
      if (b.getAttribute("aria-busy") === "true") { b.disabled = false; b.removeAttribute("aria-busy"); }
    });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method === "dialog" || form.method === "get" || "repeat" in form.dataset) return;
    if (form.dataset.busy) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.busy = "1";
    setTimeout(function () {
      // Another listener may have stopped it; htmx always does, and tells when it sends and when it is through.
      if (event.defaultPrevented && !(isHtmx(form) && form.dataset.sending)) { release(form); return; }
      buttonsOf(form).forEach(function (b) {
        if (!b.disabled) { b.disabled = true; b.setAttribute("aria-busy", "true"); }
      });
    }, 0);
  }, true);

  function isHtmx(form) {
    return ["post", "get", "put", "patch", "delete"].some(function (v) { return form.hasAttribute("hx-" + v); });
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = event.target.closest && event.target.closest("form");
    if (form) form.dataset.sending = "1";
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest && event.target.closest("form");
    if (form) release(form);
  });
  document.addEventListener("htmx:validation:halted", function (event) {
    var form = event.target.closest("form");
    if (form) release(form);
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) document.querySelectorAll("form[data-busy]").forEach(release);
  });

  // --- Focus on what is wrong, or on what just came in -----------------------

  function lookAt(root) {
    var target = root.querySelector("[data-focus]");
    if (target) target.focus();
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".error-summary a");
    if (!link) return;
    var field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("minxin:show", { detail: field }));
    field.focus();
    (field.closest(".field") || field).scrollIntoView({ block: "center" });
  });

  // --- How much may still be written ----------------------------------------

  function count(area) {
    var words = document.getElementById(area.id + "-limit");
    if (!words) return;
    var left = Number(area.dataset.limit) - Array.from(area.value.replace(/\r?\n/g, "\n")).length;
    words.textContent = left < 0 ? "超出 " + -left + " 字，请删减" : area.value ? "还可以写 " + left + " 字" : "最多 " + area.dataset.limit + " 字";
    words.classList.toggle("is-over", left < 0);
  }

  document.addEventListener("input", function (event) {
    if (event.target.dataset && event.target.dataset.limit) count(event.target);
  });

  // --- Copy ------------------------------------------------------------------
  // The intranet is often plain http, where navigator.clipboard does not exist.

  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    var area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject();
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-copy]");
    if (!button) return;
    var source = document.querySelector(button.dataset.copy);
    var text = source ? (source.value || source.textContent).trim() : "";
    var was = button.dataset.words || (button.dataset.words = button.textContent);
    copy(text).then(function () { return "已复制"; }, function () { return "请长按选中后复制"; }).then(function (words) {
      button.textContent = words;
      button.setAttribute("aria-live", "polite");
      setTimeout(function () { button.textContent = was; }, 2000);
    });
  });

  // --- Menus close when one looks elsewhere; print buttons --------------------

  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (event.target.closest && event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  function start(root) {
    root.querySelectorAll("[data-limit]").forEach(count);
    lookAt(root);
  }
  document.addEventListener("htmx:afterSettle", function (event) { start(event.target); });
  start(document);
})();
