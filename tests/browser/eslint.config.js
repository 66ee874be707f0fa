// The scripts of the web page (collector/page/web), which run in a browser as they are, and the test of it.
const page = {
    ecmaVersion: 2020,
    sourceType: 'script',
};

module.exports = [
    {
        files: ['**/*.js'],
        languageOptions: page,
        rules: {
            'no-undef': 'off', // the page's scripts share one scope
            'no-unused-vars': ['error', { vars: 'local', args: 'after-used' }],
            'no-redeclare': 'error',
            'no-eval': 'error',
            'no-implied-eval': 'error',
            'no-unreachable': 'error',
            'no-fallthrough': 'error',
            'no-dupe-keys': 'error',
            'no-self-compare': 'error',
            'no-var': 'error',
            'prefer-const': 'error',
            eqeqeq: 'error',
        },
    },
];
