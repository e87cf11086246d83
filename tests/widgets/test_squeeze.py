"""Squeezed scripts do what they did: each rule on its own, and where each would go wrong."""

import re

import pytest

from course.widgets.explorable import FOLDER, script
from course.widgets.squeeze import squeeze

SCRIPTS = sorted(
    name for file in FOLDER.glob("*.py") for name in re.findall(r'script\("(\w+\.js)"\)', file.read_text("utf-8"))
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # white space, parentheses and semicolons; texts keep theirs
        (
            'const f = (x) => { return "a + b" + `c ${ x + 1 } - d`; };',
            'let f=x=>{return "a + b"+`c ${x+1} - d`};',
        ),
        ("""f('a / "b" , { c } `', "d / 'e'") ;""", """f('a / "b" , { c } `',"d / 'e'");"""),
        ("f(/a - {b} [/ ] `/g, c / d / e) ;", "f(/a - {b} [/ ] `/g,c/d/e);"),
        ("const f = (x) =>\n/ a b /.test(x);", "let f=x=>/ a b /.test(x);"),
        ("async (x) => f(x)", "async(x)=>f(x)"),
        # two signs that would make a third
        ("a = b + +c - -d + -e ++;", "a=b+ +c- -d+-e++;"),
        # declarations that follow one another, in one statement of one block
        ("const a = { b: 1 };\nconst [c] = [() => { d; const e = 1; }];", "let a={b:1},[c]=[()=>{d;let e=1}];"),
        ("let a;\nf();\nconst b = 2;\nlet c;", "let a;f();let b=2,c;"),
        ("for (const a of b) { const c = a; const d = c; }\nconst e = 1;", "for(let a of b){let c=a,d=c}let e=1;"),
        ("if (a) { b; }\nconst c = `${d}`;\nconst e = 1;", "if(a){b}let c=`${d}`,e=1;"),
        # names that nothing outside can ask for
        ("const long = 1; f(long, `${long} long`, other);", "let aa=1;f(aa,`${aa} long`,other);"),
        ("function long(value) { return (each) => each + long; }", "function aa(value){return(each)=>each+aa}"),
        # and those that somebody may: properties, keys, what is taken apart, what is exported, what is taken already
        ("const long = a.long;", "let long=a.long;"),
        ("const long = 1; f({ long: 2 });", "let long=1;f({long:2});"),
        ("const long = 1; f({ long });", "let long=1;f({long});"),
        ("const long = 1; const { long = 2, b } = c;", "let long=1,{long=2,b}=c;"),
        ("const long = 1; f({ long() {} });", "let long=1;f({long(){}});"),
        ("export const long = 1; export function longer() {}", "export let long=1;export function longer(){}"),
        ("const long = 1; f(aa, ...long);", "let ab=1;f(aa,...ab);"),
        ("const window = document;", "let window=document;"),
    ],
)
def test_rules(code, expected):
    assert squeeze(code) == expected


def test_there_are_scripts():
    assert {"playground.js", "dropout.js"} <= set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_module_has_room_left(name):
    assert len(script(name).encode()) < 14_700
