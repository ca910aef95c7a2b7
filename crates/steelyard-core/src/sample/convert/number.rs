//! Integers: arithmetic, which stops at the limits of 64 bits, bits and comparisons.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::plan::Arg;
use crate::sample::fetch::state::get_var;
use crate::vars::VarId;

/// A number, or a variable that has one.
#[derive(Clone, Copy, Debug)]
pub enum Operand {
    Int(i64),
    Var(VarId),
}

impl Operand {
    pub fn compile(args: &Args<'_>, index: usize) -> Result<Self, PlanError> {
        match args.list.get(index) {
            Some(Arg::Var { .. }) => args.var(index).map(Self::Var),
            _ => args.int(index).map(Self::Int),
        }
    }

    pub fn value(self, view: &View<'_>) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Var(id) => get_var(view, id)?.as_int(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Number {
    Add(Operand),
    Sub(Operand),
    Mul(Operand),
    Div(Operand),
    Mod(Operand),
    And(Operand),
    Or(Operand),
    Xor(Operand),
    Neg,
    Cpl,
    Even,
    Odd,
    Not,
    Bool,
}

pub const NAMES: &[&str] = &[
    "add", "sub", "mul", "div", "mod", "and", "or", "xor", "neg", "cpl", "even", "odd", "not", "bool",
];

impl Number {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let operand = || Operand::compile(args, 0);
        Ok(Some(match args.name {
            "add" => Self::Add(operand()?),
            "sub" => Self::Sub(operand()?),
            "mul" => Self::Mul(operand()?),
            "div" => Self::Div(operand()?),
            "mod" => Self::Mod(operand()?),
            "and" => Self::And(operand()?),
            "or" => Self::Or(operand()?),
            "xor" => Self::Xor(operand()?),
            "neg" => Self::Neg,
            "cpl" => Self::Cpl,
            "even" => Self::Even,
            "odd" => Self::Odd,
            "not" => Self::Not,
            "bool" => Self::Bool,
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let value = sample.as_int()?;
        Some(match self {
            Self::Add(operand) => Sample::Int(value.saturating_add(operand.value(view)?)),
            Self::Sub(operand) => Sample::Int(value.saturating_sub(operand.value(view)?)),
            Self::Mul(operand) => Sample::Int(value.saturating_mul(operand.value(view)?)),
            Self::Div(operand) => Sample::Int(match operand.value(view)? {
                0 => i64::MAX,
                divisor => value.checked_div(divisor).unwrap_or(i64::MAX),
            }),
            Self::Mod(operand) => Sample::Int(match operand.value(view)? {
                0 => 0,
                divisor => value.checked_rem(divisor).unwrap_or(0),
            }),
            Self::And(operand) => Sample::Int(value & operand.value(view)?),
            Self::Or(operand) => Sample::Int(value | operand.value(view)?),
            Self::Xor(operand) => Sample::Int(value ^ operand.value(view)?),
            Self::Neg => Sample::Int(value.checked_neg().unwrap_or(i64::MAX)),
            Self::Cpl => Sample::Int(!value),
            Self::Even => Sample::Bool(value & 1 == 0),
            Self::Odd => Sample::Bool(value & 1 == 1),
            Self::Not => Sample::Bool(value == 0),
            Self::Bool => Sample::Bool(value != 0),
        })
    }
}
