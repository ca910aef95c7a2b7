use super::*;

fn id(scope: Scope, name: u32) -> VarId {
    VarId { scope, name }
}

fn is_set(vars: &Vars, id: VarId) -> bool {
    vars.get(id, &Bump::new()).is_some()
}

#[test]
fn each_scope_counts_those_within_it() {
    let all = Arc::default();
    let number = Sample::Int(1);
    for (scope, limits, fits) in [
        (
            Scope::Req,
            Limits {
                message: 80,
                ..Limits::default()
            },
            [true, true, true, false],
        ),
        (
            Scope::Res,
            Limits {
                message: 80,
                ..Limits::default()
            },
            [true, true, true, false],
        ),
        (
            Scope::Txn,
            Limits {
                transaction: 160,
                ..Limits::default()
            },
            [true, true, true, false],
        ),
        (
            Scope::Req,
            Limits {
                transaction: 160,
                ..Limits::default()
            },
            [true, true, true, false],
        ),
        (
            Scope::Sess,
            Limits {
                transaction: 160,
                ..Limits::default()
            },
            [true, true, true, true],
        ),
        (
            Scope::Sess,
            Limits {
                session: 240,
                ..Limits::default()
            },
            [true, true, true, false],
        ),
        (
            Scope::Txn,
            Limits {
                session: 240,
                ..Limits::default()
            },
            [true, true, true, false],
        ),
        (
            Scope::Txn,
            Limits {
                process: 240,
                ..Limits::default()
            },
            [true, true, true, false],
        ),
    ] {
        let vars = Vars::new();
        let ids = [id(Scope::Sess, 0), id(Scope::Txn, 1), id(Scope::Req, 2), id(scope, 3)];
        let found = ids.map(|id| vars.set_within(id, number, &limits, &all));
        assert_eq!(found, fits, "{scope:?} {limits:?}");
        assert_eq!(ids.map(|id| is_set(&vars, id)), fits, "{scope:?} {limits:?}");
    }
    assert_eq!(all.load(Relaxed), 0, "all of them are gone");
}

#[test]
fn a_text_counts_its_bytes_and_one_that_does_not_fit_is_not_set() {
    let (all, limits) = (
        Arc::default(),
        Limits {
            transaction: 85,
            ..Limits::default()
        },
    );
    let (vars, a) = (Vars::new(), id(Scope::Txn, 0));
    let set = |text: &[u8]| vars.set_within(a, Sample::Str(text), &limits, &all);
    assert!(set(b"12345"));
    assert!(!set(b"123456"));
    assert!(!is_set(&vars, a), "the old value is gone, too");
    assert!(set(b"54321") && set(b"") && set(b"12345"));
}

#[test]
fn sessions_and_the_process_share_what_there_is() {
    let (process, limits) = (
        ProcVars::new(),
        Limits {
            process: 250,
            ..Limits::default()
        },
    );
    let set = |vars: &Vars, name| vars.set_within(id(Scope::Txn, name), Sample::Int(1), &limits, process.all());
    let (mut one, other) = (Vars::new(), Vars::new());
    assert!(process.set_within(0, Sample::Str(b"0123456789"), 250));
    assert!(set(&one, 0) && set(&one, 0) && set(&other, 0));
    assert!(!set(&other, 1) && !process.set_within(1, Sample::Int(1), 250));
    assert!(process.get(1, &Bump::new()).is_none());
    one.end_transaction();
    assert!(set(&other, 1));
    drop(other);
    assert_eq!(process.all().load(Relaxed), 90);
    assert!(set(&one, 0) && process.set_within(0, Sample::Int(1), 250) && process.set_within(1, Sample::Int(1), 250));
    assert!(!process.set_within(1, Sample::Str(b"01234567890"), 250));
    process.unset(0);
    one.unset(id(Scope::Txn, 0));
    assert_eq!(process.all().load(Relaxed), 0);
}

#[test]
fn a_limit_of_both_kinds_is_the_smaller() {
    let limits = |global, process| {
        Limits::of(&crate::plan::VarLimits {
            global,
            process,
            ..Default::default()
        })
        .process
    };
    assert_eq!(
        [limits(0, 0), limits(5, 0), limits(0, 7), limits(5, 7), limits(7, 5)],
        [0, 5, 7, 5, 5]
    );
    assert!(!Limits::default().any());
}
