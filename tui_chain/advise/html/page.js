"use strict";
// Nothing here holds a text of a certificate or server: buttons copy what stands beside them in the page.

const announce = document.createElement("p");
announce.className = "unseen";
announce.setAttribute("role", "status");
document.body.append(announce);

async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const selection = getSelection();
    selection.selectAllChildren(source);
    if (!document.execCommand("copy")) throw new Error("not copied");
    selection.removeAllRanges();
  }
}

function addButton(block) {
  const source = block.querySelector("code");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  const place = block.closest("details, section, main");
  const title = place.querySelector("summary, h2, h1");
  if (title) button.setAttribute("aria-label", `Copy: ${title.textContent}`);
  button.addEventListener("click", async () => {
    try {
      await copy(source.textContent, source);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C";
    }
    announce.textContent = button.textContent;
    setTimeout(() => { button.textContent = "Copy"; announce.textContent = ""; }, 2000);
  });
  block.prepend(button);
}

document.querySelectorAll(".code").forEach(addButton);

const filter = document.getElementById("filter");
if (filter) {
  const shown = document.getElementById("shown");
  const groups = [...document.querySelectorAll(".instructions .group")];
  const apply = () => {
    const wanted = filter.value.trim().toLowerCase().split(/\s+/);
    let count = 0;
    let all = 0;
    for (const group of groups) {
      let here = 0;
      for (const piece of group.querySelectorAll("details.client")) {
        const name = piece.querySelector("summary").textContent.toLowerCase();
        piece.hidden = !wanted.every((word) => name.includes(word));
        here += piece.hidden ? 0 : 1;
        all += 1;
      }
      group.hidden = here === 0;
      count += here;
    }
    shown.textContent = filter.value.trim() ? `${count} of ${all}` : "";
  };
  filter.addEventListener("input", apply);
  filter.closest(".filter").hidden = false;
  apply();
}

// what is folded is printed all the same
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((one) => { one.open = true; });
});
addEventListener("afterprint", () => {
  folded.forEach((one) => { one.open = false; });
  folded = [];
});
