<?php

/** Runs the shared vectors through the example for Laravel, with the kernel, the router and the guard of the framework. */

declare(strict_types=1);

use Illuminate\Contracts\Http\Kernel;
use Illuminate\Http\Request;
use OneLoginEdge\Person;
use OneLoginEdge\Verifier;
use Symfony\Component\Filesystem\Filesystem;

error_reporting(E_ALL & ~E_DEPRECATED);
require_once 'Illuminate/autoload.php';
require_once __DIR__ . '/installed.php';
require_once __DIR__ . '/shared.php';

// The application writes below its own directory, and discovers the package there.
$home = installed('laravel');
$files = new Filesystem();
$files->mkdir(["$home/bootstrap/cache", "$home/storage/framework", "$home/resources/views"]);

$ask = function (?Verifier $verifier, array $vector) use ($home): array {
    $app = require "$home/application.php";
    $verifier === null || $app->booted(fn () => $app->instance(Verifier::class, $verifier));
    $path = isset($vector['level']) ? "/at/{$vector['level']}" : $vector['path'];
    $request = new Request([], [], [], [], [], ['REQUEST_METHOD' => $vector['method'], 'REQUEST_URI' => $path, 'HTTP_HOST' => 'service']);
    foreach ($vector['headers'] as [$name, $value]) {
        $request->headers->set($name, $value, false);
    }
    $response = $app->make(Kernel::class)->handle($request);
    $body = (string) $response->getContent();
    if ($response->getStatusCode() === 200) {
        $person = json_decode($body, true)['person'];
        $body = json_encode($person === null ? null : shown(new Person(...$person)));
    }
    return outcome($response->getStatusCode(), (string) $response->headers->get('Content-Type'), (string) $response->headers->get('Cache-Control'), $body, $vector['name']);
};
try {
    check($ask);
} catch (Throwable $error) {
    // Laravel's own handler of errors would say nothing.
    echo "$error\n";
    $failed = true;
}
$files->remove([$home, KEYS]);
exit(isset($failed) ? 1 : 0);
