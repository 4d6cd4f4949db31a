from espalier import worker


@worker.method(raw=True)
def echo(ctx, args):
    return args


worker.run()
