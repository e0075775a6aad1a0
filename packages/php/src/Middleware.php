<?php

declare(strict_types=1);

namespace OneLoginEdge;

use Psr\Http\Message\ResponseFactoryInterface;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Server\MiddlewareInterface;
use Psr\Http\Server\RequestHandlerInterface;

/**
 * PSR-15 middleware: sets the request's attribute `one_login_edge.person`, and refuses a request that does not prove it.
 *
 *     $verifier = new Verifier('https://YOUR-HOST', 'YOUR-ORIGIN-AUDIENCE', __DIR__ . '/../var/edge-keys.json', ['/', '/assets/*']);
 *     $app->add(new Middleware($verifier, $responseFactory));
 *     $app->get('/apply', …)->add(new Middleware($verifier, $responseFactory, 'Cl.Cm.P2'));
 *
 *     $request->getAttribute(Middleware::PERSON)->sub
 */
final class Middleware implements MiddlewareInterface
{
    public const PERSON = 'one_login_edge.person';

    public function __construct(
        private readonly Verifier $verifier,
        private readonly ResponseFactoryInterface $responses,
        private readonly ?string $level = null,
    ) {
        $level === null || Person::index($level);
    }

    public function process(ServerRequestInterface $request, RequestHandlerInterface $handler): ResponseInterface
    {
        try {
            // The path as it arrived, where the server says it: an object of an address may spell it otherwise.
            $path = explode('?', $request->getServerParams()['REQUEST_URI'] ?? $request->getUri()->getPath())[0];
            $names = [$request->getHeader(Verifier::HEADER), $request->getHeader(Verifier::IDENTITY_HEADER)];
            $person = $this->verifier->person($request->getMethod(), $path, ...$names);
            if ($person === null && ($this->level !== null || !$this->verifier->isPublic($path))) {
                throw new Refused('no_assertion');
            }
            if ($this->level !== null && !$person->hasReached($this->level)) {
                throw new Refused('level_too_low', "$this->level is required");
            }
        } catch (Refused $refused) {
            return $this->answer($refused, $request->getHeaderLine('Accept'));
        }
        return $handler->handle($request->withAttribute(self::PERSON, $person));
    }

    private function answer(Refused $refused, string $accept): ResponseInterface
    {
        $this->verifier->log($refused);
        [$headers, $body] = $refused->answer($accept);
        $response = $this->responses->createResponse($refused->status());
        foreach ($headers as $name => $value) {
            $response = $response->withHeader($name, $value);
        }
        $response->getBody()->write($body);
        return $response;
    }
}
