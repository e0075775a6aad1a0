<?php
// The page that a PHP application serves. The path is found as Laminas\Http\PhpEnvironment\Request::detectRequestUri
// finds it: the headers of IIS come before the address.

$address = $_SERVER["HTTP_X_REWRITE_URL"] ?? $_SERVER["HTTP_X_ORIGINAL_URL"] ?? $_SERVER["REQUEST_URI"];
header("Content-Type: application/json");
echo json_encode([
    "page" => rawurldecode(explode("?", $address)[0]),
    "method" => $_SERVER["REQUEST_METHOD"],
    "scheme" => $_SERVER["REQUEST_SCHEME"],
    "host" => $_SERVER["HTTP_HOST"],
    "client" => $_SERVER["REMOTE_ADDR"],
    "names" => array_filter($_SERVER, fn ($value, $name) => is_string($value) && preg_match('/^[A-Z_]+$/', $name), ARRAY_FILTER_USE_BOTH),
]);
