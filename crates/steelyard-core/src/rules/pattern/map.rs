//! Maps (manual section 7.3.1, `map`): a key finds the value of its entry.

use super::regex::{self, RegexList, Substitution};
use super::{net, number, NetSet, TextKind, TextSet};
use crate::error::PlanError;
use crate::plan::PatternFile;
use crate::sample::{Sample, View};
use ::regex::bytes::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// How a map compares its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MapMatch {
    Text(TextKind),
    Int,
    Ip,
    Reg,
    /// The value may refer to groups of the key.
    Regm,
}

/// The entries of a map file, ready for one way of comparing.
#[derive(Debug)]
pub struct MapTable {
    index: Index,
    keys: Box<[Box<[u8]>]>,
    values: Box<[Box<[u8]>]>,
}

#[derive(Debug)]
enum Index {
    Text(TextSet),
    Ip(NetSet),
    /// In file order: ranges may overlap.
    Int(Box<[(i64, i64)]>),
    Reg(RegexList),
    Regm(Box<[(Regex, Substitution)]>),
}

/// Tables already built, by file and match: several converters share one.
#[derive(Default)]
pub struct MapCache(RefCell<HashMap<(u32, MapMatch), Arc<MapTable>>>);

impl MapCache {
    pub fn get(&self, number: u32, file: &PatternFile, how: MapMatch) -> Result<Arc<MapTable>, PlanError> {
        if let Some(table) = self.0.borrow().get(&(number, how)) {
            return Ok(Arc::clone(table));
        }
        let table = Arc::new(MapTable::new(file, how).map_err(|error| error.within(&file.path))?);
        self.0.borrow_mut().insert((number, how), Arc::clone(&table));
        Ok(table)
    }
}

impl MapTable {
    pub fn new(file: &PatternFile, how: MapMatch) -> Result<Self, PlanError> {
        if file.values.len() != file.keys.len() {
            return Err(PlanError::new("a map needs a value for each key"));
        }
        let wrong = |key: &str, wanted: &str| PlanError::new(format!("'{key}' is not {wanted}"));
        let index = match how {
            MapMatch::Text(kind) => {
                let texts = file.keys.iter().map(|key| key.as_bytes().to_vec()).collect();
                Index::Text(TextSet::new(kind, false, texts)?)
            }
            MapMatch::Int => Index::Int(
                file.keys
                    .iter()
                    .map(|key| number::parse_range(key).ok_or_else(|| wrong(key, "an integer or a range")))
                    .collect::<Result<_, _>>()?,
            ),
            MapMatch::Ip => {
                let nets = file
                    .keys
                    .iter()
                    .map(|key| net::parse_net(key).ok_or_else(|| wrong(key, "a network")));
                Index::Ip(NetSet::new(nets.collect::<Result<_, _>>()?)?)
            }
            MapMatch::Reg => Index::Reg(RegexList::new(
                &file.keys.iter().map(String::as_str).collect::<Vec<_>>(),
                false,
            )?),
            MapMatch::Regm => {
                let pairs =
                    file.keys.iter().zip(&file.values).map(|(key, value)| {
                        Ok::<_, PlanError>((regex::compile(key, false)?, Substitution::parse(value.as_bytes())))
                    });
                Index::Regm(pairs.collect::<Result<_, _>>()?)
            }
        };
        let own = |texts: &[String]| texts.iter().map(|text| text.as_bytes().into()).collect();
        Ok(Self {
            index,
            keys: own(&file.keys),
            values: own(&file.values),
        })
    }

    /// Key and value of the entry that fits.
    pub fn find<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<(&'e [u8], &'e [u8])> {
        let entry = match &self.index {
            Index::Text(set) => set.find(sample.as_str(view.arena))? as usize,
            Index::Ip(nets) => nets.find(sample.as_ip()?)? as usize,
            Index::Int(ranges) => {
                let value = sample.as_int()?;
                ranges.iter().position(|(low, high)| (*low..=*high).contains(&value))?
            }
            Index::Reg(list) => list.find(sample.as_str(view.arena))? as usize,
            Index::Regm(pairs) => {
                let text = sample.as_str(view.arena);
                let (entry, (regex, value)) = pairs.iter().enumerate().find(|(_, pair)| pair.0.is_match(text))?;
                let mut made = Vec::new();
                if !value.expand(regex, text, view.limit(), &mut made) {
                    return None;
                }
                let made: &'e [u8] = view.arena.alloc_slice_copy(&made);
                return Some((self.keys.get(entry)?, made));
            }
        };
        Some((self.keys.get(entry)?, self.values.get(entry)?))
    }
}
