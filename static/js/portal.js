// The citizen's form in three steps, photos seen before they are sent, a hint about private data.
// Without this file the form is one page with the same fields.
(function () {
  "use strict";

  // --- Steps --------------------------------------------------------------------
  // form[data-wizard] holds fieldset[data-step="事项"]; the last step keeps the form's own buttons.

  function make(tag, className, words) {
    var e = document.createElement(tag);
    if (className) e.className = className;
    if (words) e.textContent = words;
    return e;
  }

  function complain(control, words) {
    var field = control.closest(".field");
    if (!field) return;
    var id = (field.id || control.id) + "-error";
    var old = document.getElementById(id);
    if (old) old.remove();
    field.classList.toggle("field-invalid", Boolean(words));
    var group = control.type === "radio" ? field.querySelectorAll("input[type=radio]") : [control];
    group.forEach(function (one) { words ? one.setAttribute("aria-invalid", "true") : one.removeAttribute("aria-invalid"); });
    if (!words) return;
    var p = make("p", "field-error");
    p.id = id;
    p.appendChild(make("i", "bi bi-exclamation-circle-fill"));
    p.firstChild.setAttribute("aria-hidden", "true");
    p.appendChild(make("span", "", words));
    var before = field.querySelector(".choices") || control;
    before.parentElement.insertBefore(p, before);
    var described = (control.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
    if (described.indexOf(id) < 0) control.setAttribute("aria-describedby", described.concat(id).join(" "));
  }

  function labelOf(control) {
    var label = control.closest(".field").querySelector(".field-label");
    return label ? label.firstChild.textContent.trim() : "这一项";
  }

  function wrongWith(control, form) {
    if (control.disabled || control.type === "hidden") return "";
    var missing = control.closest(".field").dataset.missing;
    if (control.type === "radio") {
      return control.required && !form.querySelector("input[name='" + control.name + "']:checked") ? missing || "请选择" + labelOf(control) : "";
    }
    if (control.type === "checkbox") return control.required && !control.checked ? missing || "请先勾选" : "";
    var value = control.value.trim();
    if (control.required && !value) return missing || (control.tagName === "SELECT" ? "请选择" : "请填写") + labelOf(control);
    if (control.dataset.limit && Array.from(control.value).length > Number(control.dataset.limit)) return labelOf(control) + "超过 " + control.dataset.limit + " 字，请删减";
    if (control.type === "file") return badFiles(control);
    // Told before six photos are on their way; the server knows numbers better and looks again.
    if (control.dataset.digits && value && value.normalize("NFKC").replace(/\D/g, "").length < Number(control.dataset.digits)) return control.dataset.digitsWords;
    return "";
  }

  function check(part, form) {
    var first = null;
    var seen = {};
    part.querySelectorAll("input, textarea, select").forEach(function (control) {
      if (!control.name || !control.closest(".field")) return;
      if (control.type === "radio") { if (seen[control.name]) return; seen[control.name] = true; }
      var words = wrongWith(control, form);
      complain(control, words);
      if (words && !first) first = control;
    });
    if (first) { first.focus(); first.closest(".field").scrollIntoView({ block: "center" }); }
    return !first;
  }

  function wizard(form) {
    var parts = Array.from(form.querySelectorAll("fieldset[data-step]"));
    if (parts.length < 2) return;
    var at = 0;
    var bar = make("ol", "wizard-steps");
    bar.setAttribute("aria-label", "步骤");
    var marks = parts.map(function (part, n) { return bar.appendChild(make("li", "wizard-step", n + 1 + ". " + part.dataset.step)); });
    parts[0].parentElement.insertBefore(bar, parts[0]);
    var final = form.querySelector("[data-wizard-final]");

    parts.forEach(function (part, n) {
      var legend = part.querySelector("legend");
      if (legend) legend.tabIndex = -1;
      if (n === parts.length - 1) return;
      var nav = make("div", "wizard-nav");
      var next = make("button", "btn btn-primary", "下一步");
      next.type = "button";
      next.addEventListener("click", function () { forward(); });
      nav.appendChild(next);
      if (n > 0) nav.appendChild(backButton());
      part.appendChild(nav);
    });
    if (final) final.appendChild(backButton());

    function backButton() {
      var back = make("button", "btn btn-plain", "上一步");
      back.type = "button";
      back.addEventListener("click", function () { history.state && history.state.step ? history.back() : show(at - 1, true); });
      return back;
    }

    function show(n, look) {
      at = Math.max(0, Math.min(parts.length - 1, n));
      parts.forEach(function (part, i) { part.hidden = i !== at; });
      marks.forEach(function (mark, i) {
        mark.className = "wizard-step" + (i < at ? " is-done" : i === at ? " is-now" : "");
        i === at ? mark.setAttribute("aria-current", "step") : mark.removeAttribute("aria-current");
      });
      if (final) final.hidden = at !== parts.length - 1;
      if (!look) return;
      var legend = parts[at].querySelector("legend");
      if (legend) legend.focus({ preventScroll: true });
      bar.scrollIntoView({ block: "start" });
    }

    function forward() {
      if (!check(parts[at], form)) return;
      history.pushState({ step: at + 1 }, "");
      show(at + 1, true);
    }

    // What was complained of is taken back as soon as it is mended.
    ["input", "change"].forEach(function (kind) {
      form.addEventListener(kind, function (event) {
        var control = event.target;
        if (control.getAttribute("aria-invalid") === "true" && control.closest(".field") && !wrongWith(control, form)) complain(control, "");
      });
    });
    window.addEventListener("popstate", function (event) { show(event.state && event.state.step || 0, true); });
    document.addEventListener("minxin:show", function (event) {
      var n = parts.findIndex(function (part) { return part.contains(event.detail); });
      if (n >= 0) show(n);
    });
    form.addEventListener("submit", function (event) {
      if (at < parts.length - 1) { event.preventDefault(); forward(); return; }
      var bad = parts.findIndex(function (part) { var was = part.hidden; part.hidden = false; var ok = check(part, form); part.hidden = was; return !ok; });
      if (bad >= 0) { event.preventDefault(); show(bad); check(parts[bad], form); }
    });

    var wrong = parts.findIndex(function (part) { return part.querySelector("[aria-invalid=true]"); });
    show(wrong < 0 ? 0 : wrong);
  }

  // --- Photos --------------------------------------------------------------------
  // input[type=file][data-photos] with data-max-files, data-max-mb. Drawn on a canvas:
  // the content policy refuses blob: pictures.

  function badFiles(input) {
    var files = Array.from(input.files);
    var most = Number(input.dataset.maxFiles) || 0, mb = Number(input.dataset.maxMb) || 0;
    if (most && files.length > most) return "最多选 " + most + " 个文件，现在是 " + files.length + " 个";
    var big = mb && files.find(function (f) { return f.size > mb * 1024 * 1024; });
    if (big) return "“" + big.name + "”超过 " + mb + " MB，请换一张小一些的";
    return "";
  }

  function size(bytes) { return bytes < 1024 * 1024 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1024 / 1024).toFixed(1) + " MB"; }

  function preview(input) {
    var list = input.parentElement.querySelector(".previews") || input.parentElement.appendChild(make("ul", "previews"));
    list.textContent = "";
    complain(input, badFiles(input));
    Array.from(input.files).forEach(function (file) {
      var mb = Number(input.dataset.maxMb) || 0;
      var big = mb && file.size > mb * 1024 * 1024;
      var item = list.appendChild(make("li", "preview" + (big ? " preview-bad" : "")));
      var words = make("span", "", file.name + " " + size(file.size) + (big ? "，太大" : ""));
      if (big || !/^image\//.test(file.type) || !window.createImageBitmap) {
        item.appendChild(make("span", "preview-none")).appendChild(make("i", "bi bi-file-earmark"));
        item.appendChild(words);
        return;
      }
      var canvas = item.appendChild(make("canvas"));
      canvas.width = 240;
      canvas.height = 180;
      item.appendChild(words);
      createImageBitmap(file).then(function (picture) {
        var scale = Math.max(240 / picture.width, 180 / picture.height);
        var w = picture.width * scale, h = picture.height * scale;
        canvas.getContext("2d").drawImage(picture, (240 - w) / 2, (180 - h) / 2, w, h);
      }, function () { words.textContent = file.name + "（不能预览，仍可上传）"; });
    });
  }

  // --- A hint, not a bar: the text seems to hold private data ---------------------

  var telling = [
    [/(?:^|[^0-9])1[3-9]\d(?:[- ]?\d{4}){2}(?![0-9])/, "手机号"],
    [/(?:^|[^0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{9}[\dXx](?![0-9A-Za-z])/, "身份证号"],
    [/\d+(?:号楼|栋|幢)\s*\d+单元/, "门牌号"]
  ];

  function hint(area) {
    var found = telling.filter(function (t) { return t[0].test(area.value); }).map(function (t) { return t[1]; });
    var box = document.getElementById(area.id + "-private");
    if (!found.length) { if (box) box.remove(); return; }
    if (!box) {
      box = make("p", "field-hint");
      box.id = area.id + "-private";
      box.setAttribute("role", "status");
      area.parentElement.insertBefore(box, area.nextSibling);
    }
    var words = "正文里好像有" + found.join("、") + "。对外公开时会遮住，但建议只填在后面的“联系方式”里。";
    if (box.textContent !== words) box.textContent = words;
  }

  // --- A form that was sent is not filled in again -----------------------------------
  // Going back, the browser would show the text of the last appeal to whoever sits there next.

  function sent(mark) {
    try {
      if (mark) sessionStorage.setItem("appeal-sent", "1");
      else if (sessionStorage.getItem("appeal-sent")) { sessionStorage.removeItem("appeal-sent"); return true; }
    } catch (refused) { /* off: the browser keeps what it keeps */ }
    return false;
  }

  if (document.querySelector(".receipt")) sent(true);
  window.addEventListener("pageshow", function () {
    var form = document.querySelector("form[data-wizard]");
    if (!form || form.querySelector("[aria-invalid=true]") || !sent(false)) return;
    form.reset();
    form.querySelectorAll("[data-limit]").forEach(function (area) { area.dispatchEvent(new Event("input", { bubbles: true })); });
  });

  // --- Large type on the spot: a form that is being filled in stays as it is ------------

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".portal-type");
    if (!link) return;
    event.preventDefault();
    var large = document.documentElement.classList.toggle("large-type");
    document.cookie = "large_type=" + (large ? 1 : 0) + ";path=/;max-age=31536000;samesite=lax";
    link.href = link.getAttribute("href").replace(/on=[01]/, "on=" + (large ? 0 : 1));
    link.firstElementChild.className = "bi bi-zoom-" + (large ? "out" : "in");
    link.lastChild.textContent = large ? "标准字" : "大字版";
  });

  document.addEventListener("input", function (event) { if ("privateHint" in event.target.dataset) hint(event.target); });
  document.addEventListener("change", function (event) { if ("photos" in event.target.dataset) preview(event.target); });
  document.querySelectorAll("[data-private-hint]").forEach(hint);
  document.querySelectorAll("form[data-wizard]").forEach(wizard);
})();
