"""Lends a bundle of arrays to what a kernel calls, as one address.

numba hands a named tuple on by value: a bundle of ninety arrays is some six hundred arguments at every call, which take
a microsecond to pass and most of the compiler's time. A lent bundle is read like the bundle itself, except that an
index is never negative: nothing counts from the end, so nothing need be compared.
"""

import operator

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing import signature
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_builtin, lower_getattr_generic, register_model

BYTE = ir.IntType(8)


class Lent(types.Type):
    """The address of a bundle, a named tuple of type `bundle` that nothing changes while it is lent."""

    def __init__(self, bundle):
        self.bundle = bundle
        super().__init__(f"lent({bundle.name})")


class Column(types.Array):
    """An array of a lent bundle, whose indices are never negative."""

    def __init__(self, dtype, ndim, layout, readonly=False, aligned=True):
        name = f"column({types.Array(dtype, ndim, layout, readonly, aligned=aligned).name})"
        super().__init__(dtype, ndim, layout, readonly, name, aligned)

    def copy(self, dtype=None, ndim=None, layout=None, readonly=None):
        """The type of a part of it."""
        plain = super().copy(dtype, ndim, layout, readonly)
        return Column(plain.dtype, plain.ndim, plain.layout, not plain.mutable, plain.aligned)


register_model(Column)(models.ArrayModel)


@register_model(Lent)
class _LentModel(models.PrimitiveModel):
    def __init__(self, manager, lent):
        super().__init__(manager, lent, BYTE.as_pointer())


@infer_getattr
class _LentFields(AttributeTemplate):
    key = Lent

    def generic_resolve(self, lent, name):
        """The type of a field: arrays are columns."""
        if name not in lent.bundle.fields:
            return None
        of_field = lent.bundle.types[lent.bundle.fields.index(name)]
        if isinstance(of_field, types.Array):
            return Column(of_field.dtype, of_field.ndim, of_field.layout, not of_field.mutable, of_field.aligned)
        return of_field


@lower_getattr_generic(Lent)
def _read_field(context, builder, lent, address, name):
    """Read a field of a lent bundle."""
    pointer = builder.bitcast(address, context.get_value_type(lent.bundle).as_pointer())
    return _read(builder, _place(builder, pointer, lent.bundle.fields.index(name)))


def _place(builder, pointer, number):
    """The address of a part of what is at a pointer."""
    return builder.gep(pointer, [ir.Constant(ir.IntType(32), i) for i in (0, number)], inbounds=True)


def _read(builder, pointer):
    """What is at a pointer, number by number; since nothing changes it, a loop may read it once."""
    kind = pointer.type.pointee
    if not isinstance(kind, ir.Aggregate):
        value = builder.load(pointer)
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        return value
    parts = ir.Constant(kind, ir.Undefined)
    for number in range(kind.count if isinstance(kind, ir.ArrayType) else len(kind.elements)):
        parts = builder.insert_value(parts, _read(builder, _place(builder, pointer, number)), number)
    return parts


@intrinsic
def lend(typing, bundle):
    """The address of a bundle, for the time of a call of a function that is `apart`."""

    def write(context, builder, of_lend, arguments):
        room = builder.bitcast(cgutils.alloca_once_value(builder, arguments[0]), BYTE.as_pointer())
        # The compiler must not know that what never changes is what was just written.
        kind = ir.FunctionType(room.type, [room.type])
        return builder.call(ir.InlineAsm(kind, "", "=r,0,~{memory}", side_effect=True), [room])

    return Lent(bundle)(bundle), write


@intrinsic
def apart(typing):
    """Keep the function that says this a function of its own, which nothing inlines."""

    def mark(context, builder, of_apart, arguments):
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), mark


def _unsigned(context, builder, column, index_type, index):
    """(type of the plain array, type of the index, index) of an access whose index is not negative."""
    plain = types.Array(column.dtype, column.ndim, column.layout, not column.mutable, aligned=column.aligned)
    if isinstance(index_type, types.BaseTuple):
        numbers = [
            context.cast(builder, number, of_number, types.intp)
            for number, of_number in zip(cgutils.unpack_tuple(builder, index), index_type.types)
        ]
        unsigned = types.UniTuple(types.uintp, len(numbers))
        return plain, unsigned, context.make_tuple(builder, unsigned, numbers)
    return plain, types.uintp, context.cast(builder, index, index_type, types.intp)


@lower_builtin(operator.getitem, Column, types.Integer)
@lower_builtin(operator.getitem, Column, types.BaseTuple)
def _get_item(context, builder, of_call, arguments):
    plain, index_type, index = _unsigned(context, builder, *of_call.args, arguments[1])
    known = signature(of_call.return_type, plain, index_type)
    return context.get_function(operator.getitem, known)(builder, (arguments[0], index))


@lower_builtin(operator.setitem, Column, types.Any, types.Any)
def _set_item(context, builder, of_call, arguments):
    column, index_type, value_type = of_call.args
    plain, index_type, index = _unsigned(context, builder, column, index_type, arguments[1])
    known = signature(of_call.return_type, plain, index_type, value_type)
    return context.get_function(operator.setitem, known)(builder, (arguments[0], index, arguments[2]))
