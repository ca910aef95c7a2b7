//! Fetches beside plain models, for any bytes that a client may send or a rule may set.

use crate::kit::{expr, plan, World};
use crate::plan::{LogItem, Scope};
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, Owned, Sample};
use proptest::collection::vec;
use proptest::prelude::*;

fn one(world: &mut World, text: &str) -> Option<Owned> {
    let (program, ctx) = world.ctx();
    let build = Build::new(&program.plan);
    let compiled = CompiledExpr::compile(&expr(text), &build).unwrap_or_else(|error| panic!("{text}: {error}"));
    let view = ctx.view(program, None);
    compiled.one(&view).map(Owned::from)
}

fn number(world: &mut World, text: &str) -> i64 {
    match one(world, text) {
        Some(Owned::Int(value)) => value,
        other => panic!("{text}: {other:?}"),
    }
}

/// What stands between the first quotes of a dump, as it was before.
fn unquoted(dump: &[u8]) -> Option<Vec<u8>> {
    let inside = dump.strip_suffix(b"\"")?;
    let start = inside.iter().position(|byte| *byte == b'"')? + 1;
    let mut bytes = inside[start..].iter();
    let mut text = Vec::new();
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'"' => return None,
            b'\\' => match bytes.next()? {
                b'r' => b'\r',
                b'n' => b'\n',
                b'b' => 8,
                b'0' => 0,
                plain => *plain,
            },
            byte => *byte,
        });
    }
    Some(text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn dumped_text_can_be_read_back(text in vec(any::<u8>(), 0..300)) {
        let mut plan = plan();
        // The name is known where an expression has it.
        plan.proxies[0].unique_id_format = vec![LogItem::Expr { expr: expr("var(txn.a)"), label: Default::default(), flags: vec![] }];
        let mut world = World::new(plan);
        let name = world.program.variables.iter().position(|name| name == "a").unwrap();
        let id = crate::vars::VarId { scope: Scope::Txn, name: u32::try_from(name).unwrap() };
        world.vars.set(id, Sample::Str(&text));
        let Some(Owned::Str(dump)) = one(&mut world, "dump_all_vars") else { panic!("no dump") };
        prop_assert!(dump.starts_with(b"txn.a=\""));
        prop_assert_eq!(unquoted(&dump), Some(text));
    }

    #[test]
    fn blocks_add_up(fields in vec(("[A-Za-z][A-Za-z0-9-]{0,20}", "[!-~]{0,40}"), 0..20), body in vec(any::<u8>(), 0..200)) {
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| !matches!(&*name.to_ascii_lowercase(), "host" | "content-length" | "transfer-encoding")).collect();
        let mut text = b"POST /x HTTP/1.1\r\nHost: a\r\n".to_vec();
        for (name, value) in &fields {
            text.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        text.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        let mut world = World::new(plan()).request(&text);
        world.input.clone_from(&body);
        let blocks = number(&mut world, "internal.htx.nbblks");
        prop_assert_eq!(blocks, 4 + i64::try_from(fields.len()).unwrap() + i64::from(!body.is_empty()));
        let sizes = (0..blocks).map(|index| number(&mut world, &format!("internal.htx_blk.size(\"{index}\")"))).sum::<i64>();
        prop_assert_eq!(number(&mut world, "internal.htx.data"), sizes);
        prop_assert_eq!(number(&mut world, "internal.htx.used"), sizes + 8 * blocks);
        prop_assert_eq!(number(&mut world, &format!("internal.htx_blk.size(\"{blocks}\")")), 0);
        if !body.is_empty() {
            prop_assert_eq!(one(&mut world, "internal.htx_blk.data(tail)"), Some(Owned::Bin(body)));
        }
    }
}
