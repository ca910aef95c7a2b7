//! `balance hash <expr>`: the key that the expression gives. The other algorithms' keys need no evaluation.

use crate::balance::{hash_key, key_of};
use crate::ctx::Ctx;
use crate::plan::{Balance, BalanceKind, HashFunction};
use crate::program::Program;
use crate::sample::Sample;

/// The key by which a backend's balance algorithm chooses; `None` where it takes none or finds none.
pub fn balance_key(program: &Program, backend: u32, ctx: &mut Ctx<'_>) -> Option<u32> {
    ctx.scratch.parsed.take();
    let balance = &program.plan.proxies.get(backend as usize)?.backend.as_ref()?.balance;
    if !matches!(balance.kind, BalanceKind::Hash { .. }) {
        return key_of(
            balance,
            ctx.req.as_deref(),
            ctx.record.src.or(ctx.session.src).map(|src| src.ip()),
            ctx.input,
        );
    }
    let expr = program.proxies.get(backend as usize)?.balance.as_ref()?;
    let view = ctx.view(program, None);
    let sample = expr.one(&view)?;
    Some(hash_sample(balance, &sample))
}

/// A sample is hashed as bytes: numbers as eight, the most significant first; addresses as they stand in packets. With
/// `hash-type ... none` it is read as a decimal number instead.
fn hash_sample(balance: &Balance, sample: &Sample<'_>) -> u32 {
    let number = match *sample {
        Sample::Str(bytes) | Sample::Bin(bytes) | Sample::Meth(bytes) => return hash_key(balance, bytes),
        Sample::Ipv4(address) => return hash_key(balance, &address.octets()),
        Sample::Ipv6(address) => return hash_key(balance, &address.octets()),
        Sample::Int(number) => number,
        Sample::Bool(value) => i64::from(value),
    };
    if balance.hash.function == HashFunction::None {
        hash_key(balance, number.to_string().as_bytes())
    } else {
        hash_key(balance, &number.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_hashed_as_haproxy_casts_them() {
        let mut balance = Balance::default();
        // sdbm of 0,0,0,0,0,0,0,3 and of the text; as seen with `balance hash req.hdr(k),length` on HAProxy 2.6.
        assert_eq!(hash_sample(&balance, &Sample::Int(3)), 3);
        assert_eq!(hash_sample(&balance, &Sample::Str(b"a")), 97);
        let address = "1.2.3.4".parse().unwrap();
        assert_eq!(
            hash_sample(&balance, &Sample::Ipv4(address)),
            hash_key(&balance, &[1, 2, 3, 4])
        );
        balance.hash.function = HashFunction::None;
        assert_eq!(hash_sample(&balance, &Sample::Int(4_711)), 4_711);
        assert_eq!(hash_sample(&balance, &Sample::Str(b"4711")), 4_711);
    }
}
