<?php

return [
    'issuer' => 'https://demo.example.gov.uk',
    'audience' => 'https://origin.demo.example.gov.uk',
    'public' => ['/', '/open/*', '/robots.txt'],
];
