//! Writes the JavaScript glue and the module it loads from the compiled browser half.
//!
//! `bundle <in.wasm> <out-dir> <name> [--debug]` writes `<name>.js` and `<name>_bg.wasm`, as the
//! wasm-bindgen command would, at a third of the time it takes to compile that one.
//! Called by `scripts/build.sh` only.

use std::env;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (wasm, out, name, debug) = match args.as_slice() {
        [wasm, out, name] => (wasm, out, name, false),
        [wasm, out, name, "--debug"] => (wasm, out, name, true),
        _ => bail!("usage: bundle <in.wasm> <out-dir> <name> [--debug]"),
    };
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .debug(debug)
        .keep_debug(debug)
        .remove_name_section(!debug)
        .remove_producers_section(!debug)
        .generate(out)
        .with_context(|| format!("wasm-bindgen on {wasm}"))
}
