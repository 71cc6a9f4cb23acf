// The workbench by keyboard, the fold of the side, drafts, and errors of the network.
(function () {
  "use strict";

  var root = document.documentElement;

  function remember(key, value) {
    try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch (refused) { /* full or off */ }
  }
  function recall(key) {
    try { return localStorage.getItem(key); } catch (refused) { return null; }
  }

  // --- The side ---------------------------------------------------------------

  var fold = document.querySelector("[data-fold-side]");
  function showFold() {
    var folded = root.classList.contains("side-folded");
    fold.setAttribute("aria-expanded", String(!folded));
    fold.querySelector(".side-fold-label").textContent = folded ? "展开侧栏" : "收起侧栏";
  }
  if (fold) {
    fold.addEventListener("click", function () {
      var folded = root.classList.toggle("side-folded");
      remember("side", folded ? "folded" : null);
      showFold();
    });
    showFold();
  }

  // --- Lists --------------------------------------------------------------------

  function rows() { return Array.from(document.querySelectorAll(".list tbody tr[data-href]")); }
  function current() { return document.querySelector(".list tr.is-current"); }

  function go(step) {
    var all = rows();
    if (!all.length) return;
    var at = all.indexOf(current());
    var next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
    all.forEach(function (row) { row.classList.toggle("is-current", row === next); });
    var link = next.querySelector("a");
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function open(row, aside) {
    if (aside) window.open(row.dataset.href, "_blank", "noopener");
    else window.location.assign(row.dataset.href);
  }

  document.addEventListener("click", function (event) {
    var row = event.target.closest(".list tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, select, summary")) return;
    if (String(window.getSelection())) return;
    open(row, event.ctrlKey || event.metaKey);
  });

  function showChosen() {
    document.querySelectorAll(".list").forEach(function (list) {
      var boxes = Array.from(list.querySelectorAll("tbody .col-check input"));
      var chosen = boxes.filter(function (b) { return b.checked; }).length;
      boxes.forEach(function (b) { b.closest("tr").classList.toggle("is-chosen", b.checked); });
      var all = list.querySelector("thead .col-check input");
      if (all) { all.checked = chosen > 0 && chosen === boxes.length; all.indeterminate = chosen > 0 && chosen < boxes.length; }
      var scope = list.closest("form") || list.parentElement;
      var bar = scope.querySelector(".bulk");
      if (!bar) return;
      bar.hidden = chosen === 0;
      var words = bar.querySelector("[data-chosen]");
      if (words) words.textContent = "已选 " + chosen + " 件";
    });
  }

  document.addEventListener("change", function (event) {
    if (!event.target.closest(".list .col-check")) return;
    if (event.target.closest("thead")) {
      event.target.closest(".list").querySelectorAll("tbody .col-check input").forEach(function (b) { b.checked = event.target.checked; });
    }
    showChosen();
  });

  // Going back, the browser ticks again what was ticked, and tells nobody.
  window.addEventListener("pageshow", showChosen);

  // --- Keys -----------------------------------------------------------------------

  function typing(target) {
    return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
      (target.tagName === "INPUT" && !/^(checkbox|radio|button|submit|file)$/.test(target.type));
  }

  function press(key) {
    var target = Array.from(document.querySelectorAll("[data-key]")).find(function (e) {
      return e.dataset.key.toLowerCase() === key && !e.disabled && e.offsetParent !== null;
    });
    if (!target) return false;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|submit|button)$/.test(target.type)) target.focus();
    else target.click();
    return true;
  }

  function help() {
    var dialog = document.getElementById("shortcuts");
    if (!dialog || dialog.open) return;
    var here = document.getElementById("shortcuts-here");
    var list = here.querySelector("dl");
    list.textContent = "";
    document.querySelectorAll("[data-key]").forEach(function (e) {
      var dt = document.createElement("dt"), k = document.createElement("kbd"), dd = document.createElement("dd");
      k.textContent = e.dataset.key;
      dt.appendChild(k);
      dd.textContent = e.dataset.keyWords || e.textContent.trim();
      list.appendChild(dt);
      list.appendChild(dd);
    });
    here.hidden = !list.children.length;
    dialog.showModal();
  }

  var plain = {
    "/": function () { var s = document.getElementById("search"); if (!s || s.offsetParent === null) return false; s.focus(); s.select(); },
    "j": function () { go(1); },
    "k": function () { go(-1); },
    "x": function () {
      var box = current() && current().querySelector(".col-check input");
      if (!box) return false;
      box.checked = !box.checked;
      showChosen();
    },
    "?": help
  };

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229) return;   // an input method is at work
    var target = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      var form = target.closest("form");
      var submit = form && (form.querySelector(".btn-primary[type=submit]") || form.querySelector("[type=submit]"));
      if (submit && !submit.disabled) { event.preventDefault(); submit.click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && typing(target)) { target.blur(); return; }
    if (document.querySelector("dialog[open]")) return;
    if (event.altKey) {
      // Alt changes the letter on some keyboards; the code of the key does not change.
      var letter = /^Key/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key.toLowerCase();
      if (press(letter)) event.preventDefault();
      return;
    }
    if (typing(target)) return;
    if (event.key === "Enter" && target === document.body && current()) { open(current()); return; }
    if (press(event.key.toLowerCase())) { event.preventDefault(); return; }
    var act = plain[event.key];
    if (act && act() !== false) event.preventDefault();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-open-shortcuts]")) help();
  });

  // --- Drafts -----------------------------------------------------------------------
  // A form with data-draft="name" keeps what was typed until the page says that it was done.
  // Files, passwords, hidden fields and fields with data-private are never kept.

  var week = 7 * 24 * 3600 * 1000;
  var person = document.body.dataset.desk || "";

  function draftKey(form) { return "draft:" + person + ":" + form.dataset.draft; }

  function fields(form) {
    return Array.from(form.elements).filter(function (e) {
      return e.name && !/^(hidden|password|file|submit|button|reset)$/.test(e.type) && !("private" in e.dataset) && e.tagName !== "FIELDSET";
    });
  }

  function read(form) {
    return fields(form).map(function (e) {
      if (e.type === "checkbox" || e.type === "radio") return [e.name, e.value, e.checked];
      if (e.tagName === "SELECT" && e.multiple) return [e.name, Array.from(e.selectedOptions, function (o) { return o.value; })];
      return [e.name, e.value];
    });
  }

  function write(form, kept) {
    kept.forEach(function (k) {
      fields(form).forEach(function (e) {
        if (e.name !== k[0]) return;
        if (e.type === "checkbox" || e.type === "radio") { if (e.value === k[1]) e.checked = k[2]; }
        else if (e.tagName === "SELECT" && e.multiple) Array.from(e.options).forEach(function (o) { o.selected = k[1].indexOf(o.value) >= 0; });
        else e.value = k[1];
      });
    });
    fields(form).forEach(function (e) { e.dispatchEvent(new Event("input", { bubbles: true })); });
  }

  function moment(ms) {
    var d = new Date(ms);
    return d.getMonth() + 1 + "月" + d.getDate() + "日 " + String(d.getHours()).padStart(2, "0") + ":" + String(d.getMinutes()).padStart(2, "0");
  }

  function restored(form, at, before) {
    var note = document.createElement("div");
    note.className = "message";
    note.setAttribute("role", "status");
    var words = document.createElement("div");
    words.className = "message-text";
    words.textContent = "已恢复 " + moment(at) + " 没有提交的内容。";
    var drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-quiet btn-small";
    drop.textContent = "不要了，用原来的";
    drop.addEventListener("click", function () {
      write(form, before);
      remember(draftKey(form), null);
      note.remove();
    });
    note.appendChild(words);
    note.appendChild(drop);
    form.insertBefore(note, form.firstChild);
  }

  function forgetDone() {
    // Only a page that says the act was done clears the draft of the form that was sent.
    var done = document.querySelector("#messages .message-done:not([data-seen])");
    if (!done) return;
    done.dataset.seen = "1";   // a message that stays on the page speaks of one act only
    var sent;
    try { sent = sessionStorage.getItem("sent"); sessionStorage.removeItem("sent"); } catch (refused) { return; }
    if (sent) remember(sent, null);
  }

  function startDraft(form) {
    if (form.dataset.draftOn) return;
    form.dataset.draftOn = "1";
    var key = draftKey(form);
    var before = read(form);
    var kept = null;
    try { kept = JSON.parse(recall(key)); } catch (broken) { remember(key, null); }
    if (kept && Date.now() - kept.at > week) { remember(key, null); kept = null; }
    // A form that came back with errors already holds what was typed.
    if (kept && !form.querySelector("[aria-invalid=true]") && JSON.stringify(kept.fields) !== JSON.stringify(before)) {
      write(form, kept.fields);
      restored(form, kept.at, before);
    }
    var wait;
    form.addEventListener("input", function (event) {
      if (!event.isTrusted) return;
      clearTimeout(wait);
      wait = setTimeout(function () { remember(key, JSON.stringify({ at: Date.now(), fields: read(form) })); }, 600);
    });
    form.addEventListener("submit", function () {
      clearTimeout(wait);
      remember(key, JSON.stringify({ at: Date.now(), fields: read(form) }));
      try { sessionStorage.setItem("sent", key); } catch (refused) { /* the draft stays */ }
    });
  }

  document.addEventListener("submit", function (event) {
    if (!("forgetDrafts" in event.target.dataset)) return;
    try {
      Object.keys(localStorage).forEach(function (k) { if (k.indexOf("draft:") === 0) localStorage.removeItem(k); });
    } catch (refused) { /* nothing kept */ }
  });

  // --- What the network says -----------------------------------------------------------

  function tell(words) {
    var box = document.getElementById("messages");
    if (!box) return;
    box.textContent = "";
    var note = document.createElement("div");
    note.className = "message message-error";
    note.textContent = words;
    box.appendChild(note);
    box.scrollIntoView({ block: "center" });
  }

  document.addEventListener("htmx:sendError", function () { tell("网络不通，刚才的操作没有送达。请检查网络后再点一次，写的内容还在。"); });
  document.addEventListener("htmx:timeout", function () { tell("等得太久，不知道是否办成。请刷新后看最新情况。"); });
  document.addEventListener("htmx:responseError", function (event) {
    var code = event.detail.xhr.status;
    if (code === 401) tell("登录已过期，请重新登录后再提交，写的内容还在。");
    else if (code === 403) tell("您的岗位没有这项权限，或者这件已不在您名下。");
    else if (code === 404) tell("没有找到这件，可能已转到别的单位。请刷新列表。");
    else if (code === 429) tell("操作太频繁，请过一分钟再试。");
    else tell("系统出错，刚才的操作没有办成。请稍后再试。");
  });

  function start(part) {
    forgetDone();
    part.querySelectorAll("form[data-draft]").forEach(startDraft);
    showChosen();
  }
  document.addEventListener("htmx:afterSettle", function (event) { start(event.target.parentElement || document); });
  start(document);
})();
