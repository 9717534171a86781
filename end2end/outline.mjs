/** What stands on a page, line by line: elements with their classes, and texts. It runs in the page. */
export const outline = () => {
  const lines = [];
  const walk = (node, depth) => {
    if (node.nodeType === 1) {
      const name = node.tagName.toLowerCase();
      if (["script", "noscript", "rapport-left-out", "style", "link", "meta", "title"].includes(name)) return;
      // The player marks by a class where the pointer was.
      const classes = (node.getAttribute("class") ?? "").split(" ").filter((one) => one && one !== ":hover");
      lines.push(`${" ".repeat(depth)}${name}.${classes.join(" ")}`);
      node.childNodes.forEach((child) => walk(child, depth + 1));
    } else if (node.nodeType === 3 && node.textContent?.trim()) {
      lines.push(`${" ".repeat(depth)}"${node.textContent.trim().replace(/\s+/g, " ")}"`);
    }
  };
  walk(document.body, 0);
  return lines;
};
