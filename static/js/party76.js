/* Shared behaviour, asked for by data- attributes. Every page works without it. */
(() => {
  "use strict";

  const PROGRESS_EVERY_MS = 2000;
  // The same form sent twice is saved once (submission key), so waking up is safe.
  const WAKE_AFTER_MS = 30000;
  const SENDING = "Đang gửi…";

  /* data-once: a form is sent once; its buttons rest until the answer. */

  const submitButtons = (form) =>
    Array.from(form.elements).filter((element) => element.type === "submit");

  const setText = (button, text) => {
    if (button.tagName === "INPUT") button.value = text;
    else button.textContent = text;
  };

  const rest = (form, pressed) => {
    for (const button of submitButtons(form)) button.disabled = true;
    if (!pressed) return;
    pressed.dataset.label = pressed.tagName === "INPUT" ? pressed.value : pressed.innerHTML;
    setText(pressed, pressed.dataset.busy || SENDING);
  };

  const wake = (form) => {
    delete form.dataset.sending;
    for (const button of submitButtons(form)) {
      button.disabled = false;
      if (button.dataset.label === undefined) continue;
      if (button.tagName === "INPUT") button.value = button.dataset.label;
      else button.innerHTML = button.dataset.label;
      delete button.dataset.label;
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]") || event.defaultPrevented) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "1";
    // After this turn, so that the pressed button's name and value are sent.
    setTimeout(() => rest(form, event.submitter), 0);
    setTimeout(() => wake(form), WAKE_AFTER_MS);
  });

  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-once]").forEach(wake);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("form[data-once]")) wake(event.target);
  });

  /* data-guard-unsaved: ask before leaving with changes not saved. */

  const changed = new Set();

  const noteChange = (event) => {
    const form = event.target.closest("form[data-guard-unsaved]");
    if (form) changed.add(form);
  };
  document.addEventListener("input", noteChange);
  document.addEventListener("change", noteChange);
  document.addEventListener("submit", (event) => changed.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) if (!form.isConnected) changed.delete(form);
    if (changed.size > 0) event.preventDefault();
  });

  /* data-auto-submit: a chosen filter takes effect at once. */

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto-submit]");
    if (form && event.target.matches("select, [type=radio], [type=checkbox]")) {
      form.requestSubmit();
    }
  });

  /* data-progress-url: how far a long piece of work has come. */

  const inVietnamese = new Intl.NumberFormat("vi-VN");

  const showProgress = (line, state) => {
    const bar = line.querySelector("progress");
    bar.max = state.max;
    bar.value = state.value;
    line.querySelector("[data-progress-count]").textContent =
      `${inVietnamese.format(state.value)}/${inVietnamese.format(state.max)}`;
    line.querySelector("[data-progress-text]").textContent = state.text || "";
  };

  const follow = async (line) => {
    try {
      const answer = await fetch(line.dataset.progressUrl, {
        headers: { Accept: "application/json" },
      });
      if (answer.ok) {
        const state = await answer.json();
        showProgress(line, state);
        if (state.next) {
          window.location.assign(state.next);
          return;
        }
      }
    } catch {
      line.querySelector("[data-progress-text]").textContent =
        "Chưa kết nối được máy chủ, đang thử lại…";
    }
    setTimeout(() => follow(line), PROGRESS_EVERY_MS);
  };

  document.querySelectorAll("[data-progress-url]").forEach(follow);

  /* data-progress-on-submit: the same while the page waits for the answer to its form. */

  document.addEventListener("submit", (event) => {
    const line = event.target.querySelector("[data-progress-on-submit]");
    if (!line || event.defaultPrevented || line.dataset.progressUrl) return;
    line.hidden = false;
    line.dataset.progressUrl = line.dataset.progressOnSubmit;
    follow(line);
  });

  /* data-print, data-back: buttons that need a script appear only with it. */

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  document.querySelectorAll("[data-back]").forEach((button) => {
    button.hidden = window.history.length < 2;
    button.addEventListener("click", () => window.history.back());
  });

  /* data-check-all: one box that ticks, or clears, all boxes of its part of the page. */

  const boxesOf = (part) =>
    Array.from(part.querySelectorAll("input[type=checkbox][name]:not(:disabled)"));

  document.querySelectorAll("[data-check-all]").forEach((all) => {
    const part = all.closest("[data-check-part]") || all.closest("form");
    const show = () => {
      const boxes = boxesOf(part);
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    all.closest("label").hidden = false;
    all.addEventListener("change", () => {
      const { checked } = all;
      for (const box of boxesOf(part)) box.checked = checked;
      part.dispatchEvent(new Event("change", { bubbles: true }));
    });
    document.addEventListener("change", show);
    show();
  });

  /* data-copy: the text of the box named, for a message; a box can be marked by hand too. */

  document.querySelectorAll("[data-copy]").forEach((button) => {
    const box = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      box.select();
      try {
        await navigator.clipboard.writeText(box.value);
      } catch {
        // Plain http, or an old browser.
        document.execCommand("copy");
      }
      button.textContent = "Đã sao chép";
      setTimeout(() => { button.textContent = label; }, WAKE_AFTER_MS / 10);
    });
  });

  /* data-focus: the sentence that says what went wrong is read first. */

  const first = document.querySelector("[data-focus]");
  if (first) first.focus();

  /* One open menu at a time; a click elsewhere or Escape closes it. */

  const closeMenus = (except) => {
    document.querySelectorAll("details.site-menu[open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  };
  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.site-menu"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.site-menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  /* data-fold-narrow: open on a wide screen, folded on a phone until something is chosen. */

  const narrow = window.matchMedia("(max-width: 575.98px)");
  const chosen = new URLSearchParams(window.location.search);
  // The address of a search by name chooses nothing.
  chosen.delete("tim");
  const fold = () => {
    document.querySelectorAll("[data-fold-narrow]").forEach((part) => {
      part.open = !narrow.matches || chosen.toString() !== "";
    });
  };
  fold();
  narrow.addEventListener("change", fold);

  /* htmx: a failure that is not swapped in is still told. */

  const tell = (text) => {
    const notice = document.getElementById("network-notice");
    if (!notice) return;
    notice.textContent = text;
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:sendError", () => {
    tell("Chưa gửi được vì mất kết nối. Dữ liệu vừa nhập vẫn còn trên trang; đồng chí thử lại sau ít phút.");
  });
  document.addEventListener("htmx:responseError", () => {
    tell("Máy chủ chưa thực hiện được việc này. Đồng chí tải lại trang rồi thử lại.");
  });
})();
