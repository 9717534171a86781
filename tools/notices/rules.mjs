// What a package must bring along. Licence expressions are as SPDX writes them:
// "(MIT OR Apache-2.0) AND Unicode-3.0".

/** What is wrong with each package, in words. */
export function problemsOf(packages, allowed) {
  return packages.flatMap(({ name, version, licence, texts }) => {
    const found = [];
    if (!licence) found.push(`${name} ${version} names no licence`);
    else if (!isAllowed(licence, allowed)) found.push(`${name} ${version}: deny.toml does not allow "${licence}"`);
    if (!texts) found.push(`${name} ${version} (${licence}) brings no text of its licence: see tools/notices/without_text.txt`);
    return found;
  });
}

/** Whether the allowed licences satisfy the expression. A slash is how OR was written before. */
export function isAllowed(expression, allowed) {
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const fail = () => {
    throw new Error(`not a licence expression: ${expression}`);
  };
  const either = () => {
    let holds = all();
    while (words[at] === "OR") {
      at += 1;
      holds = all() || holds;
    }
    return holds;
  };
  const all = () => {
    let holds = one();
    while (words[at] === "AND") {
      at += 1;
      holds = one() && holds;
    }
    return holds;
  };
  const one = () => {
    if (words[at] === "(") {
      at += 1;
      const holds = either();
      if (words[at] !== ")") fail();
      at += 1;
      return holds;
    }
    let name = words[at];
    if (!name || /^(\)|OR|AND|WITH)$/.test(name)) fail();
    at += 1;
    if (words[at] === "WITH") {
      name += ` WITH ${words[at + 1]}`;
      at += 2;
    }
    return allowed.has(name);
  };
  const holds = either();
  if (at !== words.length) fail();
  return holds;
}
