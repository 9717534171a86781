//! No use case acts without leave: reads the crate's source, and follows each public function that
//! gets a `Ctx` until somebody asks it for a permission.
// A test is as long as its story or its table.
#![allow(clippy::too_many_lines)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};

/// A function, as far as leave goes.
#[derive(Debug, Default)]
struct Function {
    public: bool,
    /// Asks its own `Ctx`.
    asks: bool,
    /// Functions that it hands its `Ctx` to, by name.
    hands_on: BTreeSet<String>,
}

#[derive(Default)]
struct Body {
    asks: bool,
    hands_on: BTreeSet<String>,
}

fn is_ctx(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Path(path) => path.path.is_ident("ctx"),
        syn::Expr::Reference(inner) => is_ctx(&inner.expr),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Body {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        if is_ctx(&call.receiver) && ["require", "transaction"].contains(&name.as_str()) {
            self.asks = true;
        } else if call.args.iter().any(is_ctx) {
            self.hands_on.insert(name);
        }
        visit::visit_expr_method_call(self, call);
    }

    /// `try_join!(one(ctx), other(ctx))`; what is no list of expressions hands nothing on.
    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let list = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        for inner in mac.parse_body_with(list).into_iter().flatten() {
            let mut body = Body::default();
            body.visit_expr(&inner);
            self.asks |= body.asks;
            self.hands_on.extend(body.hands_on);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && call.args.iter().any(is_ctx)
            && let Some(last) = path.path.segments.last()
        {
            self.hands_on.insert(last.ident.to_string());
        }
        visit::visit_expr_call(self, call);
    }
}

/// The functions of a file that get a `Ctx`, by name. Tests are left out.
#[derive(Default)]
struct File(BTreeMap<String, Vec<Function>>);

impl File {
    fn add(&mut self, vis: &syn::Visibility, sig: &syn::Signature, block: &syn::Block) {
        let names = || {
            sig.inputs.iter().filter_map(|input| match input {
                syn::FnArg::Typed(typed) => match &*typed.pat {
                    syn::Pat::Ident(name) => Some(&name.ident),
                    _ => None,
                },
                syn::FnArg::Receiver(_) => None,
            })
        };
        // Whoever is handed a transaction need not ask again, and asks for nobody else.
        if !names().any(|name| name == "ctx") || names().any(|name| name == "tx") {
            return;
        }
        let mut body = Body::default();
        body.visit_block(block);
        let public = matches!(vis, syn::Visibility::Public(_)) && sig.asyncness.is_some();
        let Body { asks, hands_on } = body;
        let function = Function { public, asks, hands_on };
        self.0.entry(sig.ident.to_string()).or_default().push(function);
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.vis, &item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.vis, &item.sig, &item.block);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }
}

/// Names of public functions with a `Ctx` that nobody asks for leave. Of several functions with a
/// name all have to ask, so that none hides behind another.
fn without_leave(sources: &[String]) -> Vec<String> {
    let mut all = File::default();
    for source in sources {
        all.visit_file(&syn::parse_file(source).expect("it compiles, so it can be parsed"));
    }
    let mut guarded: BTreeSet<&str> = BTreeSet::new();
    loop {
        let asks = |f: &Function| f.asks || f.hands_on.iter().any(|n| guarded.contains(n.as_str()));
        let now: BTreeSet<&str> =
            all.0.iter().filter(|(_, fs)| fs.iter().all(asks)).map(|(name, _)| &**name).collect();
        if now.len() == guarded.len() {
            break;
        }
        guarded = now;
    }
    let open = all.0.iter().filter(|(name, fs)| {
        !guarded.contains(name.as_str()) && fs.iter().any(|f| f.public && !f.asks)
    });
    open.map(|(name, _)| name.clone()).collect()
}

fn read(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn no_use_case_acts_without_leave() {
    let mut sources = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    assert!(sources.len() > 80, "the sources are read: {}", sources.len());
    let open = without_leave(&sources);
    assert!(open.is_empty(), "nobody asks these for leave: {open:#?}");
}

#[test]
fn what_asks_nobody_is_found_however_it_is_reached() {
    let source = r"
        pub async fn asks(ctx: &Ctx) { ctx.require(Permission::TicketsRead)?; }
        pub async fn begins(ctx: &Ctx) { let tx = ctx.transaction(Permission::TicketsRead).await?; }
        pub async fn hands_on(ctx: &Ctx) { inner(ctx).await }
        pub async fn joins(ctx: &Ctx) { tokio::try_join!(asks(ctx), begins(ctx))?; }
        async fn inner(ctx: &Ctx) { deeper(&ctx).await }
        async fn deeper(ctx: &Ctx) { ctx.require(Permission::TicketsRead)?; }
        pub async fn open(ctx: &Ctx) { ctx.store.everything(ctx.workspace).await }
        pub async fn goes_round(ctx: &Ctx) { comes_back(ctx).await }
        pub async fn comes_back(ctx: &Ctx) { goes_round(ctx).await }
        pub async fn asks_another(ctx: &Ctx) { other.require(Permission::TicketsRead)?; }
        pub async fn goes_on(tx: &mut Tx, ctx: &Ctx) { store::insert(tx, ctx.now).await }
        pub async fn begins_without(ctx: &Ctx) { goes_on(&mut begin_unattended(), ctx).await }
        mod tests { pub async fn in_a_test(ctx: &Ctx) {} }
    ";
    let open = without_leave(&[source.to_string()]);
    assert_eq!(open, ["asks_another", "begins_without", "comes_back", "goes_round", "open"]);
}
