// The case page: finding in long lists, the difference while one writes, common phrases.
// Without this file every list is a plain select, every field is seen, and nothing is lost.
(function () {
  "use strict";

  // --- Finding in a select -----------------------------------------------------
  // input[data-filter="#select"]: what is typed leaves the matching options and takes the first;
  // up and down choose among them, Enter goes on to the next field.

  function options(select) {
    return Array.from(select.options).filter(function (o) { return o.value; });
  }

  function able(option) { return !option.disabled; }

  function wordsOf(option) {
    var group = option.parentElement.tagName === "OPTGROUP" ? option.parentElement.label : "";
    return (group + " " + option.text + " " + (option.dataset.words || "")).toLowerCase();
  }

  function find(box, select) {
    var wanted = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    var left = options(select).filter(function (o) {
      var fits = wanted.every(function (w) { return wordsOf(o).indexOf(w) >= 0; });
      o.hidden = !fits;
      return fits;
    });
    select.querySelectorAll("optgroup").forEach(function (g) {
      g.hidden = !Array.from(g.children).some(function (o) { return !o.hidden; });
    });
    if (select.options[0] && !select.options[0].value) select.options[0].hidden = wanted.length > 0;
    open(select, wanted.length ? left.length : 0);
    var first = left.filter(able)[0];
    if (wanted.length && first && (!select.value || select.selectedOptions[0].hidden)) choose(select, first);
    box.classList.toggle("is-empty", wanted.length > 0 && !left.length);
    return left;
  }

  function open(select, lines) {
    // Groups take a line each; a list of one line would be a closed select.
    if (lines) select.size = Math.max(4, Math.min(9, lines + 2));
    else select.removeAttribute("size");
  }

  function choose(select, option) {
    select.value = option.value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function close(box, select) {
    box.value = "";
    find(box, select);
  }

  document.addEventListener("input", function (event) {
    var box = event.target;
    if (box.dataset && box.dataset.filter) find(box, document.querySelector(box.dataset.filter));
  });

  document.addEventListener("keydown", function (event) {
    var box = event.target;
    if (!box.dataset || !box.dataset.filter) return;
    var select = document.querySelector(box.dataset.filter);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      var left = options(select).filter(function (o) { return !o.hidden && able(o); });
      var at = left.indexOf(select.selectedOptions[0]) + (event.key === "ArrowDown" ? 1 : -1);
      if (left[at]) choose(select, left[at]);
      event.preventDefault();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      close(box, select);
      var all = Array.from(box.form.elements).filter(function (e) { return e.offsetParent !== null && !e.disabled && e.type !== "hidden"; });
      var next = all[all.indexOf(select) + 1];
      if (next) next.focus();
    } else if (event.key === "Escape" && box.value) {
      close(box, select);
      event.stopPropagation();
    }
  }, true);

  document.addEventListener("focusout", function (event) {
    var box = event.target;
    if (!box.dataset || !box.dataset.filter) return;
    var select = document.querySelector(box.dataset.filter);
    if (event.relatedTarget !== select) close(box, select);
  });

  document.addEventListener("change", function (event) {
    var select = event.target;
    if (select.tagName !== "SELECT" || !select.size || document.activeElement !== select) return;
    var box = document.querySelector('[data-filter="#' + select.id + '"]');
    if (box) close(box, select);
  });

  // --- Co-handling units of the chosen unit's own tenant -----------------------------

  function narrowUnits(form) {
    var select = form.querySelector("[data-unit-choice] select");
    if (!select) return;
    var chosen = select.selectedOptions[0];
    var tenant = chosen && chosen.dataset.tenant;
    form.querySelectorAll(".co-units").forEach(function (group) {
      var other = group.dataset.tenant !== tenant;
      group.hidden = other;
      group.querySelectorAll("input").forEach(function (box) {
        var same = box.value === select.value;
        box.closest(".choice").hidden = same;
        if (other || same) box.checked = false;
      });
    });
    var wait = form.querySelector("[data-co-wait]");
    if (wait) wait.hidden = Boolean(tenant);
  }

  // --- Fields that only some answers ask for: data-when="name=value" -------------------

  function reveal(form) {
    form.querySelectorAll("[data-when]").forEach(function (part) {
      var rule = part.dataset.when.split("=");
      var given = form.querySelector('input[name="' + rule[0] + '"]:checked');
      part.hidden = !given || given.value !== rule[1];
    });
  }

  // --- Common phrases -------------------------------------------------------------------

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-phrase]");
    if (!button) return;
    var area = document.querySelector(button.dataset.phrase);
    area.value = area.value.trim() ? area.value.replace(/\s+$/, "") + "\n" + button.textContent : button.textContent;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });

  // --- The difference while one writes -------------------------------------------------------
  // textarea[data-compare="#original"] beside #wording-diff. Longest common subsequence of
  // characters between what both begin and end with.

  var longest = 2000;

  function compare(from, to) {
    var a = Array.from(from), b = Array.from(to), head = [], tail = [];
    while (a.length && b.length && a[0] === b[0]) { head.push(a.shift()); b.shift(); }
    while (a.length && b.length && a[a.length - 1] === b[b.length - 1]) { tail.unshift(a.pop()); b.pop(); }
    var parts = head.length ? [["same", head.join("")]] : [];
    if (a.length > longest || b.length > longest) parts.push(["del", a.join("")], ["ins", b.join("")]);
    else parts = parts.concat(middle(a, b));
    if (tail.length) parts.push(["same", tail.join("")]);
    return joined(parts);
  }

  function middle(a, b) {
    var width = b.length + 1, table = new Uint16Array((a.length + 1) * width);
    for (var i = a.length - 1; i >= 0; i--) {
      for (var j = b.length - 1; j >= 0; j--) {
        table[i * width + j] = a[i] === b[j] ? table[(i + 1) * width + j + 1] + 1 : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
      }
    }
    var parts = [], x = 0, y = 0;
    while (x < a.length || y < b.length) {
      if (x < a.length && y < b.length && a[x] === b[y]) { parts.push(["same", a[x]]); x++; y++; }
      else if (y === b.length || (x < a.length && table[(x + 1) * width + y] >= table[x * width + y + 1])) { parts.push(["del", a[x]]); x++; }
      else { parts.push(["ins", b[y]]); y++; }
    }
    return parts;
  }

  function joined(parts) {
    var made = [];
    parts.forEach(function (p) {
      var last = made[made.length - 1];
      if (last && last[0] === p[0]) last[1] += p[1];
      else if (p[1]) made.push([p[0], p[1]]);
    });
    return made;
  }

  function showDifference(area) {
    var box = document.getElementById("wording-diff");
    var original = document.querySelector(area.dataset.compare);
    if (!box || !original) return;
    var parts = compare(original.textContent, area.value.replace(/\r\n/g, "\n"));
    var changed = parts.some(function (p) { return p[0] !== "same"; });
    var place = box.querySelector(".diff");
    place.textContent = "";
    parts.forEach(function (p) {
      var e = p[0] === "same" ? document.createTextNode(p[1]) : document.createElement(p[0]);
      if (p[0] !== "same") e.textContent = p[1];
      place.appendChild(e);
    });
    box.hidden = !changed;
  }

  var wait;
  document.addEventListener("input", function (event) {
    var area = event.target;
    if (!area.dataset || !area.dataset.compare) return;
    clearTimeout(wait);
    wait = setTimeout(function () { showDifference(area); }, 200);
  });

  document.addEventListener("change", function (event) {
    if (!event.target.form) return;
    narrowUnits(event.target.form);
    reveal(event.target.form);
  });
  // A restored draft speaks by input events.
  document.addEventListener("input", function (event) {
    if (event.target.form && /^(radio|select-one)$/.test(event.target.type)) { narrowUnits(event.target.form); reveal(event.target.form); }
  });

  function start(root) {
    root.querySelectorAll("form").forEach(function (form) { narrowUnits(form); reveal(form); });
    root.querySelectorAll("[data-compare]").forEach(showDifference);
  }
  document.addEventListener("htmx:afterSettle", function (event) { start(event.target); });
  start(document);
})();
